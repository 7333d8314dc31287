package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
	"github.com/atomsaga/atomsaga/atom"
)

type task struct { ID string `atom:"key"`; Name string; Done bool }
type board struct { Title string; List atom.List[task]; Map atom.Map[string, task] }
type hello struct{ app.Compo; b *board }

func (h *hello) Render() app.UI { 
	n, c, _ := atom.UpdateForBench(&board{}, func(b *board) { b.List.Append(task{}); b.Map.Set("a", task{}); b.List.Edit(0).Done = true; b.Map.Edit("a").Done = true })
	j, _ := c.JSONPatch()
	o, _, _ := atom.ApplyPatch(*n, j, atom.Limits{})
	o, _, _ = atom.ApplyMergePatch(o, j, atom.Limits{})
	return app.H1().Text(string(j)+o.Title) }
func main() {
	app.Route("/", func() app.Composer { return &hello{} })
	app.RunWhenOnBrowser()
}
