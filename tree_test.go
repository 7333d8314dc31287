//go:build !js

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A tree is the Go code of this module, and of tools, as its files are: for all systems
// and tags, tests aside.
type tree struct {
	files   map[string][]string          // file names by package, by its path from the root
	imports map[string]map[string]string // by package: what it imports, and a file that does
	pages   map[string][]string          // by package: the files that have a comment on it
	public  map[string]map[string]bool   // by package: its types and functions, and whether they are exported
	names   map[string]bool              // Name, package.Name, Type.member, package.Type.member
}

const modulePath = "github.com/atomsaga/atomsaga"

// readTree parses the code below the root of the module.
func readTree(t *testing.T) *tree {
	t.Helper()
	code := &tree{map[string][]string{}, map[string]map[string]string{}, map[string][]string{}, map[string]map[string]bool{}, map[string]bool{}}
	all := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(name, ".") || slices.Contains([]string{"build", "node_modules", "testdata", "out"}, name)) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(all, file, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		code.add(filepath.ToSlash(file), parsed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// add adds a file to the tree.
func (code *tree) add(file string, parsed *ast.File) {
	pkg := path.Dir(file)
	code.files[pkg] = append(code.files[pkg], path.Base(file))
	if code.imports[pkg] == nil {
		code.imports[pkg] = map[string]string{}
	}
	if code.pages[pkg] == nil {
		code.pages[pkg], code.public[pkg] = []string{}, map[string]bool{}
	}
	if parsed.Doc != nil {
		code.pages[pkg] = append(code.pages[pkg], path.Base(file))
	}
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		code.imports[pkg][strings.TrimPrefix(imported, modulePath+"/")] = file
	}
	name := parsed.Name.Name
	for _, decl := range parsed.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				code.global(name, decl.Name.Name)
				code.public[pkg][decl.Name.Name] = decl.Name.IsExported()
			} else if of := receiver(decl.Recv.List[0].Type); of != "" {
				code.member(name, of, decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				code.declared(name, spec)
				if of, is := spec.(*ast.TypeSpec); is {
					code.public[pkg][of.Name.Name] = of.Name.IsExported()
				}
			}
		}
	}
}

// declared adds the names of a type, with its fields and methods, of variables or of constants.
func (code *tree) declared(pkg string, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, id := range spec.Names {
			code.global(pkg, id.Name)
		}
	case *ast.TypeSpec:
		code.global(pkg, spec.Name.Name)
		var members *ast.FieldList
		switch of := spec.Type.(type) {
		case *ast.StructType:
			members = of.Fields
		case *ast.InterfaceType:
			members = of.Methods
		}
		if members != nil {
			for _, m := range members.List {
				for _, id := range m.Names {
					code.member(pkg, spec.Name.Name, id.Name)
				}
			}
		}
	}
}

func (code *tree) global(pkg, name string) {
	code.names[name] = true
	code.names[pkg+"."+name] = true
}

func (code *tree) member(pkg, of, name string) {
	code.names[of+"."+name] = true
	code.names[pkg+"."+of+"."+name] = true
}

// receiver returns the name of the type that a method is of.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	}
	return ""
}
