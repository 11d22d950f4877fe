# What a person calls: programs of operate/commands run Redis, those of tests/commands prove it (golden: tests/support).
.DEFAULT_GOAL := help
.PHONY: help up down status cli archive archives restore drill clean test unit scripts e2e day2 golden gcp-check chaos faults bench durability

# As in Pulumi.yaml, where it says why.
node := @node --require sucrase/register/ts --conditions redis-gke-source
run := $(node) operate/commands/
prove := $(node) tests/commands/

help:
	@echo "make up       install what is missing, start the embedded Kubernetes, deploy Redis (CONTEXT=name: to that kubeconfig context)"
	@echo "make status   who is master, each replica's link and lag, what each sentinel sees"
	@echo "make cli      redis-cli on the current master"
	@echo "make archives what archives there are: time, size, age, whether they were checked"
	@echo "make archive  take one now"
	@echo "make restore  FROM=latest, a name or a time: that archive into a new stack beside this one, and compared (INTO=name names it)"
	@echo "make down     destroy the stack and stop the embedded cluster; what was built stays, and .state"
	@echo "make clean    make down, and remove all that was built"
	@echo "make test     every test but the slow ones: unit, pod scripts, end to end, faults"
	@echo "make unit     the tests that need no cluster: pure functions, mocked stacks, types, lint (under a minute)"
	@echo "make scripts  the pod scripts against real redis-server processes"
	@echo "make e2e      pulumi up on the embedded cluster, with real clients"
	@echo "make day2     what a person changes on a stack that holds data, kind by kind (half an hour; not part of make test)"
	@echo "make drill    restore the latest archive into a throw-away Redis, and compare it"
	@echo "make chaos    eighteen faults under load: outage, lost writes, end state (FAULT=4 picks, RUNS=20 repeats); pictures in build/"
	@echo "make faults   each of these faults once, in short, as tests (seven minutes)"
	@echo "make bench    throughput beside a bare redis-server, failover with the settings of others, time to ready (PART=alarms: only how often a slow master is taken for lost; PART=idle: what it takes while nobody uses it; PART=preview: how long a preview takes)"
	@echo "make durability  damaged files in fifty ways each, archives and restores in full, what crashes lose (RUNS=20), restart time, forks at full memory (PART=damage,archives,crashes,restarts,memory picks)"
	@echo "make golden   write tests/golden again: what every stack asks for, to be read as a diff"
	@echo "make gcp-check  what dev and prod ask of Google Cloud, through the official gcp plugin, to a stand-in on loopback (no account needed)"
	@echo ". operate/env  then by hand: pulumi up, pulumi preview, pulumi destroy, kubectl get pods"

# npm writes this file last, so an install that was cut off half-way is done again.
installed := node_modules/.package-lock.json

$(installed): package.json package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is needed: https://nodejs.org/en/download"; exit 1; }
	@echo "  ..  npm packages"
	@npm ci --silent
	@touch $@

up status cli archive archives restore drill down clean: $(installed)
	$(run)$@.ts

gcp-check chaos bench durability: $(installed)
	$(prove)$@.ts

test: $(installed)
	$(prove)test.ts unit scripts e2e faults

unit scripts e2e day2 faults: $(installed)
	$(prove)test.ts $@

golden: $(installed)
	$(node) tests/support/graph/write.ts
