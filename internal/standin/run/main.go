//go:build !wasm

// Command run shows push from end to end on one machine, without an account: it starts
// the server, a stand-in for Google, and a Chromium that is the device. What is changed
// in any other browser is pushed to this one. `make run-push` runs it.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/atomsaga/atomsaga/internal/standin"
	"github.com/atomsaga/atomsaga/internal/standin/chromium"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1], os.Args[2:])
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "run-push:", err)
		os.Exit(1)
	}
}

// run starts everything, the server with these arguments, and delivers messages until
// ctx is done.
func run(ctx context.Context, program string, arguments []string) error {
	directory, err := os.MkdirTemp("", "atomsaga-push")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	google := "http://" + listener.Addr().String()
	fcm := standin.New()
	go http.Serve(listener, fcm)
	files, err := standin.Files(directory, google)
	if err != nil {
		return err
	}
	server, ended, err := start(ctx, program, append(files.Flags(), arguments...))
	if err != nil {
		return err
	}
	defer func() { <-ended }()
	device, closeDevice, err := openDevice(ctx, filepath.Join(directory, "profile"), server)
	if err != nil {
		return err
	}
	defer closeDevice()
	fmt.Printf("what Google would have got: %s\n", google)
	return deliver(device, fcm, server, ended)
}

// start starts the program and returns its address, and a channel that is closed when it
// has ended.
func start(ctx context.Context, program string, arguments []string) (address string, ended chan struct{}, err error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	ended = make(chan struct{})
	lines := bufio.NewScanner(output)
	for address == "" && lines.Scan() {
		fmt.Println(lines.Text())
		address = regexp.MustCompile(`http://[^ ]+`).FindString(lines.Text())
	}
	go func() {
		io.Copy(os.Stdout, output)
		command.Wait()
		close(ended)
	}()
	if address == "" {
		<-ended
		return "", nil, fmt.Errorf("%s does not serve", program)
	}
	return address, ended, nil
}

// openDevice opens the page in a new browser, in a window where there is a screen. Where
// there is none, it turns push on itself and leaves the page.
func openDevice(ctx context.Context, profile, server string) (device context.Context, closeDevice func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.UserDataDir(profile))
	screen := runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
	if screen {
		options = append(options, chromedp.VisibleWindow)
	}
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	device, closeTab := chromedp.NewContext(allocator)
	closeDevice = func() { closeTab(); end() }
	if err := chromedp.Do(device); err != nil {
		return nil, closeDevice, fmt.Errorf("no Chromium: %w", err)
	}
	if err := chromium.Attach(device, func() string { return "the-device" }); err != nil {
		return nil, closeDevice, err
	}
	if err := chromium.SetNotifications(device, "granted"); err != nil {
		return nil, closeDevice, err
	}
	if err := chromedp.Do(device, chromedp.Navigate(server)); err != nil {
		return nil, closeDevice, err
	}
	if screen {
		fmt.Println("Turn Notifications on in the window that has opened. Close its tab, or put another window in front.")
		fmt.Println("Then change something in another browser, at the address above.")
		return device, closeDevice, nil
	}
	on := `(async () => {
		await navigator.serviceWorker.ready
		const after = () => new Promise(resolve => setTimeout(resolve, 100))
		for (; !document.querySelector("#push"); await after());
		document.querySelector("#push").click()
		for (; localStorage.getItem("atomsaga/push") === null; await after());
		return true
	})()`
	limited, cancel := context.WithTimeout(device, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(limited, chromedp.Evaluate[bool](on, chromedp.EvalAwaitPromise)); err != nil {
		return nil, closeDevice, fmt.Errorf("turning push on: %w", err)
	}
	fmt.Println("There is no screen: a Chromium without one is the device, with push turned on.")
	fmt.Println("Change something in another browser, at the address above. What the device would show is printed here.")
	return device, closeDevice, chromedp.Do(device, chromedp.Navigate("about:blank"))
}

// deliver delivers to the device each message that the stand-in accepts.
func deliver(device context.Context, fcm *standin.FCM, server string, ended chan struct{}) error {
	for delivered := 0; ; {
		messages, more := fcm.Messages()
		for ; delivered < len(messages); delivered++ {
			m := messages[delivered]
			if err := chromium.Deliver(device, server, m.Payload()); err != nil {
				return err
			}
			fmt.Printf("%s  %s – %s\n", time.Now().Format(time.TimeOnly), m.Data["title"], m.Data["body"])
		}
		select {
		case <-more:
		case <-ended:
			return nil
		case <-device.Done():
			return device.Err()
		}
	}
}
