package main

import (
	"encoding/binary"
	"errors"
)

// A function is what a wasm file has of one, with its name as Go's linker writes
// it: what is neither a letter, a digit nor a dot is an underscore.
type function struct {
	name  string
	bytes int64
}

// functions reads the code and name sections of a wasm file (WebAssembly core
// specification, 5.5 and appendix 7.4). The file must not be stripped.
func functions(wasm []byte) ([]function, error) {
	if len(wasm) < 8 || string(wasm[:4]) != "\x00asm" {
		return nil, errors.New("is no wasm")
	}
	var sizes []int64
	var names map[uint64]string
	imported := uint64(0)
	for in := (input{wasm[8:], nil}); len(in.rest) > 0 && in.err == nil; {
		id := in.take(1)[0]
		section := input{in.take(in.number()), in.err}
		switch id {
		case 0:
			if string(section.take(section.number())) == "name" {
				names = functionNames(section)
			}
		case 2:
			imported = importedFunctions(section)
		case 10:
			for range section.number() {
				sizes = append(sizes, int64(len(section.take(section.number()))))
			}
		}
		if section.err != nil {
			return nil, section.err
		}
	}
	if names == nil {
		return nil, errors.New("names no functions: it was linked with -s")
	}
	all := make([]function, len(sizes))
	for i, size := range sizes {
		all[i] = function{names[imported+uint64(i)], size}
	}
	return all, nil
}

// importedFunctions counts them: they come first in the numbering.
func importedFunctions(in input) (n uint64) {
	for range in.number() {
		in.take(in.number()) // module
		in.take(in.number()) // name
		if kind := in.take(1)[0]; kind != 0 {
			break // Go imports nothing but functions
		}
		in.number() // type
		n++
	}
	return n
}

func functionNames(in input) map[uint64]string {
	names := map[uint64]string{}
	for len(in.rest) > 0 && in.err == nil {
		id := in.take(1)[0]
		part := input{in.take(in.number()), in.err}
		if id != 1 {
			continue
		}
		for range part.number() {
			index := part.number()
			names[index] = string(part.take(part.number()))
		}
	}
	return names
}

// An input is what is left to read.
type input struct {
	rest []byte
	err  error
}

func (in *input) take(n uint64) []byte {
	if n > uint64(len(in.rest)) {
		in.err = errors.New("ends in the middle")
		in.rest = nil
		return make([]byte, 1) // enough for who reads one
	}
	taken := in.rest[:n]
	in.rest = in.rest[n:]
	return taken
}

func (in *input) number() uint64 {
	value, n := binary.Uvarint(in.rest)
	if n <= 0 {
		in.err = errors.New("has a number that does not end")
		in.rest = nil
		return 0
	}
	in.rest = in.rest[n:]
	return value
}
