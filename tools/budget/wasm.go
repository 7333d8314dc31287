package main

import (
	"encoding/binary"
	"errors"
)

// A function is a function in a wasm file. Its name is as Go's linker writes it, with an
// underscore for whatever is neither a letter, a digit nor a dot.
type function struct {
	name  string
	bytes int64
}

// readFunctions returns the functions of a wasm file, from its code and name sections
// (WebAssembly core specification, 5.5 and appendix 7.4). The file must not be stripped.
func readFunctions(wasm []byte) ([]function, error) {
	if len(wasm) < 8 || string(wasm[:4]) != "\x00asm" {
		return nil, errors.New("is no wasm")
	}
	var sizes []int64
	var names map[uint64]string
	imported := uint64(0)
	for in := (decoder{wasm[8:], nil}); len(in.rest) > 0 && in.err == nil; {
		id := in.take(1)[0]
		section := decoder{in.take(in.uvarint()), in.err}
		switch id {
		case 0:
			if string(section.take(section.uvarint())) == "name" {
				names = functionNames(section)
			}
		case 2:
			imported = importedFunctions(section)
		case 10:
			for range section.uvarint() {
				sizes = append(sizes, int64(len(section.take(section.uvarint()))))
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

// importedFunctions returns the number of imported functions, which have the first
// indexes.
func importedFunctions(in decoder) (n uint64) {
	for range in.uvarint() {
		in.take(in.uvarint()) // module
		in.take(in.uvarint()) // name
		if kind := in.take(1)[0]; kind != 0 {
			break // Go imports nothing but functions
		}
		in.uvarint() // type
		n++
	}
	return n
}

// functionNames returns the names of the functions by their indexes.
func functionNames(in decoder) map[uint64]string {
	names := map[uint64]string{}
	for len(in.rest) > 0 && in.err == nil {
		id := in.take(1)[0]
		part := decoder{in.take(in.uvarint()), in.err}
		if id != 1 {
			continue
		}
		for range part.uvarint() {
			index := part.uvarint()
			names[index] = string(part.take(part.uvarint()))
		}
	}
	return names
}

// A decoder decodes a wasm file. After an error it returns zeros.
type decoder struct {
	rest []byte
	err  error
}

// take returns the next n bytes.
func (in *decoder) take(n uint64) []byte {
	if n > uint64(len(in.rest)) {
		in.err = errors.New("ends in the middle")
		in.rest = nil
		return make([]byte, 1) // callers may index the first byte
	}
	taken := in.rest[:n]
	in.rest = in.rest[n:]
	return taken
}

// uvarint returns the next number, in LEB128.
func (in *decoder) uvarint() uint64 {
	value, n := binary.Uvarint(in.rest)
	if n <= 0 {
		in.err = errors.New("has a number that does not end")
		in.rest = nil
		return 0
	}
	in.rest = in.rest[n:]
	return value
}
