// Package jsonpatch has the rules of JSON Patch documents (RFC 6902) and of
// what they are made of: JSON texts, pointers (RFC 6901) and equality. They are
// as strict as the RFCs, where encoding/json is not.
//
// The document is one JSON text in UTF-8, in which no object has a name twice:
// of two members readers differ in which one they take. It is an array of
// objects. Each has "op", "path" and what its operation needs besides: "value"
// for add, replace and test, "from" for move and copy. Names are meant to the
// letter. Members that an operation does not need are ignored, whatever they
// are; an operation that the RFC does not have is refused.
package jsonpatch
