package main

import "github.com/atomsaga/atomsaga/internal/app"

func run() { app.Start() }
