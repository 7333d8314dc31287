package saga

// IdleWorkers is how many goroutines wait for an effect.
func IdleWorkers() int {
	idle.Lock()
	defer idle.Unlock()
	return len(idle.workers)
}
