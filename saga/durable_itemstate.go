package saga

// itemState is a state of an item, see there.
type itemState uint8

const (
	found itemState = iota
	queued
	sending
	resting
	settling
	refused
	cancelled
	done
)

func (s itemState) String() string {
	return [...]string{"found", "queued", "sending", "resting", "settling", "refused", "cancelled", "done"}[s]
}

// waits reports whether the task runs: the item is in the queue.
func (s itemState) waits() bool { return s >= queued && s <= settling }

// isOver reports whether nothing can become of the item any more.
func (s itemState) isOver() bool { return s >= cancelled }

// transitions has the states that may follow each state.
var transitions = [...][]itemState{
	found:     {queued, refused, cancelled, done},
	queued:    {sending, settling, refused, cancelled, done},
	sending:   {queued, resting, settling, refused, cancelled, done},
	resting:   {queued, settling, refused, cancelled, done},
	settling:  {refused, cancelled, done},
	refused:   {cancelled, done},
	cancelled: {},
	done:      {},
}

// itemStateOf returns the state of an item with that record.
func itemStateOf(r Record) itemState {
	switch r.State {
	case RecordRefused:
		return refused
	case RecordCancelled:
		return cancelled
	case RecordDone:
		return done
	}
	return queued
}
