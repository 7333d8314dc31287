package saga

// Record is a run of a durable saga as an [Outbox] keeps it.
type Record struct {
	Order   int64  `json:"order,omitempty"` // its place in the outbox, which gives it, rising; 0 before that
	ID      string `json:"id"`              // of its task
	Name    string `json:"name"`            // of its definition
	Version int    `json:"version"`         // of its definition, when it was run
	Input   string `json:"input"`           // as JSON

	// Sent is the patch that the first attempt has sent ([Task.PatchSent]). The others send
	// the same, whatever the update makes of a later value, until the server has refused it
	// as [Stale].
	Sent string `json:"sent,omitempty"`

	// State says what has become of the record, and Since when, in milliseconds of Unix time.
	State RecordState `json:"state,omitempty"`
	Since int64       `json:"since,omitempty"`

	// Reason says why the record is set aside: its effect has failed, or its definition is
	// gone or cannot read the input. It is "" otherwise.
	Reason string `json:"reason,omitempty"`

	// Result is what the effect of a record that is done has made, as JSON. NoResult says
	// that it has made nothing.
	Result   string `json:"result,omitempty"`
	NoResult bool   `json:"noResult,omitempty"`

	Again string `json:"again,omitempty"` // the ID of a refused record that this one replaces
}

// RecordState tells what has become of a record. A record is removed once every page has seen
// its last state: that a record is missing means nothing.
type RecordState string

const (
	RecordQueued    RecordState = "queued"    // waits for the server's answer
	RecordRefused   RecordState = "refused"   // is set aside until a person decides about it
	RecordCancelled RecordState = "cancelled" // a person has decided that the change is not to be made
	RecordDone      RecordState = "done"      // the server has the change
)

// normal returns the record with a state: earlier versions of this package wrote none.
func (r Record) normal() Record {
	if r.State == "" {
		if r.State = RecordQueued; r.Reason != "" {
			r.State = RecordRefused
		}
	}
	return r
}
