//go:build sops_served

// Added to sops's own package main (scripts/lib/sops_served.sh), this makes the real program answer
// many command lines in one process: started with SOPS_SERVED set, it reads requests from standard
// input and calls sops's main() for each, with that request's arguments, environment and folder.
// What sops prints is caught at the descriptors 1 and 2, its exit at the hooks that its libraries have.
// A process start costs 30 ms, a request 1 to 3.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/urfave/cli"
)

type servedRequest struct {
	Args []string
	Env  []string
	Dir  string
	Seed int64 // of data keys, IVs and salts: the same seed, the same ciphertexts
}

type servedAnswer struct {
	Out  []byte
	Err  string
	Code int
}

// servedExit is thrown where sops would call os.Exit.
type servedExit struct{ code int }

// main() registers nothing outside of itself, so that it can be called again.
func init() {
	if os.Getenv("SOPS_SERVED") != "" {
		serve()
		os.Exit(0)
	}
}

func serve() {
	requests, answers := moveAway(0), moveAway(1)
	out, errs := catch(1), catch(2)
	log.ExitFunc = func(code int) { panic(servedExit{code}) }
	cli.OsExiter = func(code int) { panic(servedExit{code}) }
	reader := bufio.NewReaderSize(requests, 1<<20)
	writer := json.NewEncoder(answers)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return
		}
		var request servedRequest
		servedCheck(json.Unmarshal(line, &request))
		var answer servedAnswer
		answer.Code = answerOne(request)
		answer.Out = take(out)
		answer.Err = string(take(errs))
		servedCheck(writer.Encode(answer))
	}
}

// answerOne gives what the process's exit code would be: 2 after a panic, as Go's runtime has it.
func answerOne(request servedRequest) (code int) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case servedExit:
			code = thrown.code
		default:
			fmt.Fprintf(os.Stderr, "panic: %v\n\ngoroutine 1 [running]:\n%s", thrown, debug.Stack())
			code = 2
		}
	}()
	os.Clearenv()
	for _, variable := range request.Env {
		name, value, _ := strings.Cut(variable, "=")
		servedCheck(os.Setenv(name, value))
	}
	servedCheck(os.Chdir(request.Dir))
	if request.Seed != 0 {
		rand.Reader = mathrand.New(mathrand.NewSource(request.Seed))
	}
	os.Args = append([]string{"sops"}, request.Args...)
	main()
	return 0
}

// moveAway gives a descriptor another number.
func moveAway(fd int) *os.File {
	copied, err := syscall.Dup(fd)
	servedCheck(err)
	syscall.CloseOnExec(copied)
	return os.NewFile(uintptr(copied), "")
}

// catch makes what is written to a descriptor end in a file without a name.
func catch(fd int) *os.File {
	file, err := os.CreateTemp("", "sops-served")
	servedCheck(err)
	servedCheck(os.Remove(file.Name()))
	servedCheck(syscall.Dup3(int(file.Fd()), fd, 0))
	return file
}

func take(file *os.File) []byte {
	size, err := file.Seek(0, io.SeekCurrent) // the offset is shared with the descriptor
	servedCheck(err)
	content := make([]byte, size)
	_, err = file.ReadAt(content, 0)
	if size > 0 {
		servedCheck(err)
	}
	_, err = file.Seek(0, io.SeekStart)
	servedCheck(err)
	servedCheck(file.Truncate(0))
	return content
}

func servedCheck(err error) {
	if err != nil {
		panic(err)
	}
}
