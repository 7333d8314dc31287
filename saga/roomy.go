package saga

// roomy makes room on the stack of a goroutine that has just begun, in one step. An
// effect needs some kilobytes; to double the stack for them again and again, and
// copy what is on it, takes longer than to start the effect.
//
//go:noinline
func roomy() {
	var room [6 << 10]byte
	use(&room)
}

//go:noinline
func use(room *[6 << 10]byte) { room[0] = 1 }
