// Package jsonpatch implements the rules of JSON Patch documents (RFC 6902), of JSON
// pointers (RFC 6901) and of the equality of JSON texts. It is as strict as the RFCs,
// where encoding/json is not.
//
// A patch is one JSON text in UTF-8, in which no object has a name twice: readers differ
// in which of two members they take. It is an array of objects. Each has "op", "path" and
// what its operation needs: "value" for add, replace and test, "from" for move and copy.
// Names are case-sensitive. Other members are ignored; an operation that the RFC does not
// define is an error.
package jsonpatch
