package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// The default of five seconds is spent on every attempt to reach a node that vanished.
	dialTimeout = time.Second
	// A node that vanished never closes its connection; a planned move stops writes for half a second, so not less than that.
	readTimeout = 2 * time.Second
	// The library tries a command again after a broken connection, so that an INCR may count twice; writeWithRetry decides instead.
	noRetries = -1
)

func connect() *redis.Client {
	password := os.Getenv("REDIS_PASSWORD")
	if sentinels := os.Getenv("REDIS_SENTINELS"); sentinels != "" {
		// Asks the sentinels at each new connection, and listens to them: it drops the connections to an old master by itself.
		return redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName:    os.Getenv("REDIS_MASTER"),
			SentinelAddrs: strings.Split(sentinels, ","),
			Password:      password,
			// Without it the sentinels answer NOAUTH, and no master is ever found.
			SentinelPassword: password,
			DialTimeout:      dialTimeout,
			// One attempt at an address, then the sentinels are asked again: the default is five to the same address.
			DialerRetries: 1,
			ReadTimeout:   readTimeout,
			WriteTimeout:  readTimeout,
			MaxRetries:    noRetries,
			// The deadline of the caller's context holds for waiting on the socket too.
			ContextTimeoutEnabled: true,
		})
	}
	// A connection that was answered READONLY is dropped by the library, and the next one leads to the new master.
	return redis.NewClient(&redis.Options{
		Addr: net.JoinHostPort(os.Getenv("REDIS_HOST"), os.Getenv("REDIS_PORT")), Password: password,
		DialTimeout: dialTimeout, DialerRetries: 1, ReadTimeout: readTimeout, WriteTimeout: readTimeout, MaxRetries: noRetries, ContextTimeoutEnabled: true,
	})
}

var refusals = map[string]int{}
var firstWord = regexp.MustCompile(`^[A-Z]{4,} `)

func word(err error) string {
	if found := firstWord.FindString(err.Error()); found != "" {
		return strings.TrimSpace(found)
	}
	var network *net.OpError
	if errors.As(err, &network) {
		return fmt.Sprintf("%T %s", network, network.Op)
	}
	return err.Error()
}

// writeWithRetry tries until it is acknowledged, for at most 15 seconds. Only for commands that may be done twice: an error does not say
// whether the command was done.
func writeWithRetry(write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for {
		err := write(ctx)
		if err == nil {
			return nil
		}
		refusals[word(err)]++
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func run() error {
	client := connect()
	defer client.Close()
	seconds, err := strconv.ParseFloat(os.Getenv("SECONDS"), 64)
	if err != nil {
		seconds = 20
	}
	key, acknowledged, longest := "example:clients:"+rand.Text(), int64(0), time.Duration(0)
	for end := time.Now().Add(time.Duration(seconds * float64(time.Second))); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		start, n := time.Now(), strconv.FormatInt(acknowledged+1, 10)
		if err := writeWithRetry(func(ctx context.Context) error { return client.HSet(ctx, key, n, n).Err() }); err != nil {
			return err
		}
		longest = max(longest, time.Since(start))
		acknowledged++
	}
	var found int64
	if err := writeWithRetry(func(ctx context.Context) (err error) { found, err = client.HLen(ctx, key).Result(); return }); err != nil {
		return err
	}
	if err := writeWithRetry(func(ctx context.Context) error { return client.Del(ctx, key).Err() }); err != nil {
		return err
	}
	words := []string{}
	for name, count := range refusals {
		words = append(words, fmt.Sprintf("%s: %d", name, count))
	}
	sort.Strings(words)
	fmt.Printf("acknowledged %d, lost %d, longest wait %d ms, refusals {%s}\n", acknowledged, acknowledged-found, longest.Milliseconds(), strings.Join(words, ", "))
	if found != acknowledged {
		return errors.New("acknowledged writes are missing")
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
