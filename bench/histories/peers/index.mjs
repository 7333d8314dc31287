// Every peer, in the order of the table. A peer is
//   name, recipe  for the table
//   packages      whose versions it was run with
//   refetches     whether its recipe asks the server for the truth (or has it synced back)
//   onTimers      whether it notifies on timers
//   open(start, server) -> page: start(op, effect), plain(op), push(op), screen(), close()
// where effect() gives the promise of the request, server.truth() what the server holds, and
// screen() the value that the page shows.

import '../browser.mjs';

const files = ['base-replay', 'jotai-immer', 'rtk-query', 'tanstack-query', 'tanstack-db', 'swr', 'apollo', 'react-use-optimistic'];

export const peers = (await Promise.all(files.map((file) => import(`./${file}.mjs`)))).flatMap((module) => module.peers);
