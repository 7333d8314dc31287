module github.com/atomsaga/atomsaga

go 1.26

require (
	github.com/evanphx/json-patch/v5 v5.9.11
	github.com/maxence-charriere/go-app/v10 v10.1.11 // indirect
	pgregory.net/rapid v1.3.0
)
