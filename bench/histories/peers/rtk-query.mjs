// RTK Query, "Manual Cache Updates": updateQueryData in onQueryStarted, and on failure either
// undo(), or, as the same page advises where requests overlap, invalidateTags.

import { configureStore } from '@reduxjs/toolkit';
import { createApi } from '@reduxjs/toolkit/query';
import { apply } from '../ops.mjs';

function open(start, server, onError) {
  const api = createApi({
    baseQuery: async () => ({ data: null }),
    tagTypes: ['Page'],
    endpoints: (build) => ({
      page: build.query({
        queryFn: () => ({ data: server.truth() }),
        providesTags: ['Page'],
      }),
      change: build.mutation({
        async queryFn({ effect }) {
          try {
            await effect();
            return { data: null };
          } catch (error) {
            return { error: error.message };
          }
        },
        async onQueryStarted({ op }, { dispatch, queryFulfilled }) {
          const patch = dispatch(api.util.updateQueryData('page', undefined, (draft) => apply(draft, op)));
          try {
            await queryFulfilled;
          } catch {
            onError(patch, dispatch, api);
          }
        },
      }),
    }),
  });
  const store = configureStore({
    reducer: { [api.reducerPath]: api.reducer },
    // The effect stands for a request; it is handed on as an argument, and functions are not serializable.
    middleware: (defaults) => defaults({ serializableCheck: false, immutableCheck: false }).concat(api.middleware),
  });
  store.dispatch(api.util.upsertQueryData('page', undefined, start));
  const subscription = store.dispatch(api.endpoints.page.initiate());
  const write = (op) => store.dispatch(api.util.updateQueryData('page', undefined, (draft) => apply(draft, op)));
  return {
    start: (op, effect) => store.dispatch(api.endpoints.change.initiate({ op, effect }, { track: false })),
    plain: write,
    push: write,
    screen: () => api.endpoints.page.select()(store.getState()).data,
    close: () => subscription.unsubscribe(),
  };
}

export const peers = [
  {
    name: 'RTK Query, `patchResult.undo()`',
    packages: ['@reduxjs/toolkit'],
    recipe: '`updateQueryData` in `onQueryStarted`, `undo()` when `queryFulfilled` rejects',
    open: (start, server) => open(start, server, (patch) => patch.undo()),
  },
  {
    name: 'RTK Query, invalidate on error',
    packages: ['@reduxjs/toolkit'],
    recipe: 'the same, with `invalidateTags` in place of `undo()`: refetched once no request is pending',
    refetches: true,
    open: (start, server) =>
      open(start, server, (_patch, dispatch, api) => dispatch(api.util.invalidateTags(['Page']))),
  },
];
