package saga

// snapshot returns what [StoreOutbox.State] shows.
func (c *outboxClient) snapshot() (s OutboxState) {
	s.Waiting = len(c.order)
	replaced := map[string]bool{}
	for _, i := range c.order {
		if i.record.Again != "" {
			replaced[i.record.Again] = true
		}
		if i.kept.Order == 0 {
			s.Unkept = append(s.Unkept, i.record)
		}
	}
	for _, i := range c.aside {
		if !replaced[i.record.ID] {
			s.Aside = append(s.Aside, i.record)
			for at := len(s.Aside) - 1; at > 0 && s.Aside[at].Order < s.Aside[at-1].Order; at-- {
				s.Aside[at], s.Aside[at-1] = s.Aside[at-1], s.Aside[at]
			}
		}
		if i.kept.Order == 0 {
			s.Unkept = append(s.Unkept, i.record)
		}
	}
	paused, login := c.probing, c.unauthorized
	if !c.owner && c.ownerSign.paused {
		paused, login = true, c.ownerSign.login
	}
	s.Paused, s.Unauthorized, s.Stalled = paused && !login, paused && login, c.stalled
	if c.writeErr != nil {
		s.Err = c.writeErr.Error()
	} else if c.readErr != nil {
		s.Err = c.readErr.Error()
	}
	return s
}
