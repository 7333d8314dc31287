package cases

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCheckAndOfRunTheSameShare(t *testing.T) {
	ran := 0
	Check(t, func(*rapid.T) { ran++ })
	if ran == 0 || Of(usual) != ran || Of(3*usual) != 3*ran || Of(1) != 1 {
		t.Errorf("Check runs %d cases, Of says %d of %d, %d of %d, and %d of 1", ran, Of(usual), usual, Of(3*usual), 3*usual, Of(1))
	}
}

func TestANumberGivenByHandIsTheNumberThatIsRun(t *testing.T) {
	before := checks().String()
	defer checks().Set(before)
	checks().Set("250")
	ran := 0
	Check(t, func(*rapid.T) { ran++ })
	if ran != 250 || Of(4) != 10 {
		t.Errorf("%d cases are run, and %d of 4; want 250 and 10", ran, Of(4))
	}
}
