package saga

const maxRecent = 1000

// recentIDs has the last state of the latest items that are over and were forgotten: a message
// about one may be late.
type recentIDs struct {
	states map[string]RecordState
	order  []string
}

// of returns the last state of an item that was forgotten.
func (m *recentIDs) of(id string) (state RecordState, known bool) {
	state, known = m.states[id]
	return state, known
}

func (m *recentIDs) add(id string, state RecordState) {
	if m.states == nil {
		m.states = map[string]RecordState{}
	}
	if _, known := m.states[id]; known {
		return
	}
	m.states[id] = state
	if m.order = append(m.order, id); len(m.order) > maxRecent {
		delete(m.states, m.order[0])
		m.order = m.order[1:]
	}
}
