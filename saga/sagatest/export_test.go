package sagatest

import "github.com/atomsaga/atomsaga/internal/cases"

func init() { samples = cases.Of(samples) }
