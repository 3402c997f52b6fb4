# SPDX-License-Identifier: MIT
# Entry to everything. `make help` lists the targets; builds go to build/<config>/.
#
# To add a source file: put it into its directory, nothing else. To add a configuration: one line in
# CONFIGS and its three variables below.

BUILD  ?= build
CONFIG ?= asan
V      ?= 0
Q      := $(if $(filter 0,$(V)),@,)
say    = $(if $(filter 0,$(V)),@printf '  %-6s %s\n' $(1) $(2))

MAKEFLAGS += -rR --no-print-directory
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

# --- configurations --------------------------------------------------------------------------------
CONFIGS := asan release gcc-O0 gcc-O3 clang-O0 clang-O3 clang-asan i386 s390x
# One for each fuzzing engine, built when it is asked for; `service` is whatever a fuzzing service's
# environment says (ci/oss-fuzz/build.sh).
FUZZ_CONFIGS := libfuzzer afl service mutator
# What must all come to the same digest.
DIGEST_CONFIGS := $(CONFIGS)

SAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

CC_asan       := gcc
OPT_asan      := $(SAN)
CC_release    := gcc
# The one that is measured: inlining across files halves its time, and costs a slow link.
OPT_release   := -O3 -g -flto=auto
AR_release    := gcc-ar
CC_gcc-O0     := gcc
OPT_gcc-O0    := -O0
CC_gcc-O3     := gcc
OPT_gcc-O3    := -O3
CC_clang-O0   := clang
OPT_clang-O0  := -O0
CC_clang-O3   := clang
OPT_clang-O3  := -O3
CC_clang-asan := clang
OPT_clang-asan := $(SAN)
CC_i386       := i686-linux-gnu-gcc
OPT_i386      := -O2
LD_i386       := -static
CC_s390x      := s390x-linux-gnu-gcc
OPT_s390x     := -O2
LD_s390x      := -static

CC_libfuzzer  := clang
# UBSan's checks are comparisons, too: to trace each would take three quarters of the time.
OPT_libfuzzer := $(SAN:-O1=-O2) -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp
CC_afl        := AFL_QUIET=1 afl-clang-fast
OPT_afl       := $(SAN)
CC_mutator    := gcc
OPT_mutator   := -O2 -g -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections
DRIVER_libfuzzer := harness/fuzz/drive_libfuzzer
LINK_libfuzzer   := -fsanitize=fuzzer
DRIVER_service   := harness/fuzz/drive_libfuzzer
DRIVER_afl       := harness/fuzz/drive_afl

# No build defines NDEBUG. Linux, too, is compiled without assumptions about aliasing.
WARN := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
	-Wimplicit-fallthrough -Werror
STD  := -std=c17 -fno-strict-aliasing -Irefstack -I.
# Only the harness may know that it runs on an operating system.
cpp  = $(if $(filter harness/%,$(1)),-D_GNU_SOURCE) \
	$(if $(filter %/report_files.c,$(1)),-DREPORT_PACK='"$(BUILD)/report.pack"')
# Machines that are only here to give a digest keep no findings.
STORELESS := i386 s390x
store = $(if $(filter $(1),$(STORELESS)),,-lsqlite3)
$(foreach c,$(STORELESS),$(eval OPT_$(c) += -DSTORELESS))

# --- sources ---------------------------------------------------------------------------------------
CORE_SRC := $(sort $(wildcard refstack/*.c refstack/*/*.c nicmodel/*.c))
LIB_DIRS := lib script dut golden oracle diff
# Programs: what the judging kernel runs, and what runs it over and over.
MAIN_SRC := harness/oracle/guest.c harness/oracle/repeat.c
LIB_SRC  := $(CORE_SRC) $(filter-out $(MAIN_SRC),$(sort $(wildcard $(LIB_DIRS:%=harness/%/*.c))))
CLI_SRC  := $(sort $(wildcard harness/cli/*.c))
CAMPAIGN_SRC := $(sort $(wildcard harness/campaign/*.c))
UNIT_SRC := $(sort $(wildcard harness/unit/test_*.c))
HELP_SRC := $(filter-out $(UNIT_SRC),$(sort $(wildcard harness/unit/*.c)))
# Each fuzz_x.c is a target; drive_x.c are the mains and the engines that run one.
FUZZ_SRC := $(sort $(wildcard harness/fuzz/*.c))
FUZZ_HELP := $(filter-out harness/fuzz/fuzz_% harness/fuzz/drive_% harness/fuzz/mutator_afl.c,$(FUZZ_SRC))
# AFL++ loads the mutator into itself: neither sanitizers nor what the targets run are in it.
MUTATOR_SRC := $(sort $(wildcard harness/fuzz/mutat*.c harness/script/*.c harness/diff/generate*.c \
	refstack/base/*.c)) harness/fuzz/fuzz.c harness/fuzz/scope.c harness/lib/replace.c refstack/core/names.c
FUZZ_TARGETS := $(patsubst harness/fuzz/fuzz_%.c,%,$(filter harness/fuzz/fuzz_%,$(FUZZ_SRC)))
# What recipe.c carries: the judging kernel's configuration and patches.
RECIPE   := $(sort $(wildcard harness/oracle/*.config harness/oracle/patches/*.patch))
# What report_files.c carries: the program that makes a report, and tables that it shows.
REPORT   := $(sort $(filter-out harness/report/test_% harness/report/run_tests.py,$(filter-out %/,$(wildcard \
	harness/report/*.py harness/report/*.css harness/report/*.js harness/report/templates/*.* \
	harness/report/schema/*.json harness/report/catalogue/*.*))) $(wildcard docs/*.tsv))
C_FILES  := $(LIB_SRC) $(MAIN_SRC) $(CLI_SRC) $(CAMPAIGN_SRC) $(UNIT_SRC) $(HELP_SRC) $(FUZZ_SRC)
H_FILES  := $(sort $(wildcard refstack/*.h refstack/*/*.h nicmodel/*.h harness/*/*.h))
export C_FILES H_FILES CORE_SRC STD WARN BUILD

# T=udp builds and runs test_udp.c only (a pattern: T='ip_*').
T ?= *
TESTS := $(patsubst harness/unit/%.c,%,$(sort $(wildcard harness/unit/test_$(T).c)))

# --- rules, once for each configuration ----------------------------------------------------------------
# These goals prepare the machine first; the others take it as it is.
SETUP := $(if $(filter check check-full campaign,$(MAKECMDGOALS)),setup) \
	$(if $(filter report,$(MAKECMDGOALS)),setup-report)

define config_rules
obj_$(1) = $$(patsubst %.c,$(BUILD)/$(1)/obj/%.o,$$(1))

$(BUILD)/$(1)/obj/%.o: %.c Makefile | $(SETUP)
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(STD) $$(WARN) $$(OPT_$(1)) $$(call cpp,$$<) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/obj/harness/oracle/recipe.o: $(RECIPE)
$(BUILD)/$(1)/obj/harness/cli/report_files.o: $(BUILD)/report.pack

$(BUILD)/$(1)/libcore.a: $$(call obj_$(1),$(LIB_SRC))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $$(or $$(AR_$(1)),ar) rcs $$@ $$^

$(BUILD)/$(1)/refstack: $$(call obj_$(1),$(CLI_SRC) $(CAMPAIGN_SRC) $(FUZZ_HELP)) $(BUILD)/$(1)/libcore.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(OPT_$(1)) $$(LD_$(1)) -o $$@ $$^ $$(call store,$(1))

# A program may use the addresses below 5 MiB, so it must not be linked there itself.
$(BUILD)/$(1)/guest: $(BUILD)/$(1)/obj/harness/oracle/guest.o $(BUILD)/$(1)/libcore.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(OPT_$(1)) -static-pie -o $$@ $$^

$(BUILD)/$(1)/repeat: $(BUILD)/$(1)/obj/harness/oracle/repeat.o $(BUILD)/$(1)/libcore.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(OPT_$(1)) -o $$@ $$^

$(BUILD)/$(1)/test_%: $(BUILD)/$(1)/obj/harness/unit/test_%.o \
		$$(call obj_$(1),$(HELP_SRC) $(CAMPAIGN_SRC) $(FUZZ_HELP)) $(BUILD)/$(1)/libcore.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(OPT_$(1)) -o $$@ $$^ -lcmocka $$(call store,$(1))

$(BUILD)/$(1)/replay_%: $(BUILD)/$(1)/obj/harness/fuzz/fuzz_%.o $(BUILD)/$(1)/obj/harness/fuzz/drive_replay.o \
		$$(call obj_$(1),$(FUZZ_HELP)) $(BUILD)/$(1)/libcore.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC_$(1)) $$(OPT_$(1)) -o $$@ $$^

$(BUILD)/$(1)/fuzz_%: $(BUILD)/$(1)/obj/harness/fuzz/fuzz_%.o $$(DRIVER_$(1):%=$(BUILD)/$(1)/obj/%.o) \
		$$(call obj_$(1),$(FUZZ_HELP)) $(BUILD)/$(1)/libcore.a
	$$(call say,LD,$$@)
	$$(Q)$$(or $$(LINKER_$(1)),$$(CC_$(1))) $$(OPT_$(1)) -o $$@ $$^ $$(LINK_$(1))
endef
$(foreach c,$(CONFIGS) $(FUZZ_CONFIGS),$(eval $(call config_rules,$(c))))
$(BUILD)/afl/mutator.so: $(call obj_mutator,$(MUTATOR_SRC))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC_mutator) $(OPT_mutator) -shared -Wl,--gc-sections -Wl,-z,defs -o $@ $^

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# "NAME BYTES", a line's end and the bytes, file by file. A file may come or go: folders count, too.
$(BUILD)/report.pack: $(REPORT) $(sort $(dir $(REPORT)))
	$(Q)mkdir -p $(@D)
	$(Q)for file in $(REPORT); do \
		cat "$$file" >$@.file; \
		name=$${file#harness/report/}; \
		printf '%s %s\n' "$${name/#docs\//data/}" "$$(stat -c %s $@.file)"; \
		cat $@.file; \
	done >$@.new
	$(Q)rm -f $@.file; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

tests_of    = $(addprefix $(BUILD)/$(1)/,$(TESTS))
DIGEST_BINS := $(DIGEST_CONFIGS:%=$(BUILD)/%/refstack)

$(BUILD)/refstack $(BUILD)/guest: $(BUILD)/%: $(BUILD)/release/%
	$(Q)cp -f $< $@

# --- targets ---------------------------------------------------------------------------------------
.PHONY: help all lib setup setup-report check regress report frames unit check-full digest walk mutants bless campaign bench fuzz fuzz-build fuzz-service check-fuzz setup-fuzz \
	oracle coverage recapture check-oracle lint fmt fmt-check tidy layers divergences files man generated tags hooks clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile
	@echo "  variables: CONFIG=asan|release|... T=<test, e.g. udp> V=1 BUILD=<directory>"
	@echo "  configurations: $(CONFIGS)"

all: $(BUILD)/refstack $(BUILD)/guest ## build build/refstack (gcc -O3, assertions on)

lib: $(BUILD)/$(CONFIG)/libcore.a ## build the library in one configuration

setup: ## install what is missing on Debian 12, or print the line that does
	$(Q)ci/setup.sh

setup-fuzz:
	$(Q)ci/setup.sh --fuzz

# Two at a time would wait for each other in apt.
setup-report: $(filter setup,$(SETUP))
	$(Q)ci/setup.sh --report

# What is run with a call taken out; a few of them in check, all in check-full.
MUTATED := $(BUILD)/gcc-O0/test_graph

REPLAYS := $(FUZZ_TARGETS:%=$(BUILD)/asan/replay_%)

check: setup $(BUILD)/refstack $(call tests_of,asan) $(DIGEST_BINS) $(MUTATED) $(REPLAYS) ## set up and run all tests
	$(Q)MUTANTS=6 ci/run-tests.sh ci/layers.py ci/tidy.py ci/seeds.py ci/test-walk.sh ci/test-digest.sh \
		ci/test-corpus.sh ci/generate.py ci/test-editors.sh ci/test-man.sh ci/test-cli.sh ci/test-trace.sh \
		ci/test-check.sh ci/test-dissect.sh ci/test-coverage.sh ci/check-vectors.sh ci/frames.py ci/test-regress.sh \
		ci/test-gate.sh ci/test-socketcall.sh ci/test-catalogue.sh ci/test-run-file.sh ci/test-report-build.sh ci/test-report-html.sh ci/test-report.sh \
		ci/test-report-page.sh \
		ci/test-diff.sh ci/test-stability.sh ci/test-findings.sh ci/test-fuzz.sh ci/test-bugzoo.sh \
		harness/graph/mutate.py $(call tests_of,asan)

unit: $(call tests_of,$(CONFIG)) ## run unit tests only, of one configuration
	$(Q)ci/run-tests.sh $^

UNIT_CONFIGS := asan clang-asan gcc-O0 gcc-O3 clang-O3
check-full: check $(foreach c,$(UNIT_CONFIGS),$(call tests_of,$(c))) ## unit tests of every native build
	$(Q)MUTANTS=all TEST_TIMEOUT=1800 ci/run-tests.sh harness/graph/mutate.py \
		$(foreach c,$(UNIT_CONFIGS),$(call tests_of,$(c)))

digest: $(DIGEST_BINS) ## the same digest from every compiler, level and machine
	$(Q)ci/test-digest.sh

walk: $(BUILD)/refstack ## one datagram through the sixteen steps
	$(Q)$(BUILD)/refstack walk udp

# Not optimized: that is built in a quarter of a minute, and says the same. ARGS='--baseline FILE' and others.
report: setup-report $(BUILD)/gcc-O0/refstack ## set up, every vector, and the conformance report of it in build/report
	$(Q)$(BUILD)/gcc-O0/refstack report -j $(shell nproc) -o $(BUILD)/report $(ARGS)

regress: $(BUILD)/refstack ## every vector and case of frames against the reference; needs no kernel
	$(Q)ci/regress.sh

frames: ## write vectors/scapy anew by vectors/gen; verdicts stay where frames do
	$(Q)ci/frames.py --write

# N=50 SEED=2 for fewer and others.
N    ?= 200
SEED ?= 1
mutants: $(BUILD)/gcc-O3/refstack ## how many mistakes in refstack/ the vectors alone catch (N=200)
	$(Q)ci/mutants.py --count $(N) --seed $(SEED)

bless: $(BUILD)/refstack ## take the walk as it is now for right (then review the diff)
	$(Q)ci/test-walk.sh --bless

.PHONY: fuzz-smoke
fuzz-smoke: $(REPLAYS) ## every input of corpus/ once more, and a fixed number of mutations; no engine needed
	$(Q)ci/test-corpus.sh

# T='rx frag' for some targets, ENGINE=afl for one engine, TIME=60 for less than ten minutes.
TIME   ?= 600
ENGINE ?= libfuzzer afl
FUZZED := $(if $(filter *,$(T)),$(FUZZ_TARGETS),$(T))
COMPILER_libfuzzer := clang
COMPILER_afl       := afl-clang-fast
# Engines whose compiler is here; asked for when they are built, since setup may bring one.
ifneq ($(filter fuzz-programs,$(MAKECMDGOALS)),)
ENGINES_HERE := $(foreach e,$(ENGINE),$(if $(shell command -v $(COMPILER_$(e))),$(e)))
endif

.PHONY: fuzz-programs fuzz-merge bugzoo
fuzz-programs: $(BUILD)/refstack $(BUILD)/guest $(FUZZED:%=$(BUILD)/asan/replay_%) \
		$(foreach e,$(ENGINES_HERE),$(FUZZED:%=$(BUILD)/$(e)/fuzz_%)) \
		$(if $(filter afl,$(ENGINES_HERE)),$(BUILD)/afl/mutator.so)

fuzz-build: ## build what campaigns need (T='pkt rx', ENGINE=afl for one engine)
	$(Q)for tool in $(foreach e,$(ENGINE),$(COMPILER_$(e))); do command -v $$tool >/dev/null || \
		echo "fuzz-build: $$tool is absent, its engine is left out. Run: ci/setup.sh --fuzz"; done
	$(Q)$(MAKE) fuzz-programs

fuzz: fuzz-build ## fuzz, without what campaign does besides (T='pkt rx', TIME=60)
	$(Q)$(BUILD)/refstack fuzz --time $(TIME) $(filter-out *,$(T))

campaign: setup-fuzz ## set up, every golden vector, ten minutes of fuzzing, what was found (TIME=60, T=rx)
	$(Q)$(MAKE) fuzz-build
	$(Q)ci/campaign.sh $(TIME) $(filter-out *,$(T))

# T='SYS-*' for some rows, BUDGET=300 for longer, ARGS=--write for docs/bugzoo.md.
BUDGET ?= 60
bugzoo: setup-fuzz ## plant each mistake of harness/bugzoo/, and let a campaign look for it (BUDGET=60)
	$(Q)ci/bugzoo.py --budget $(BUDGET) $(if $(filter *,$(T)),,--rows '$(T)') $(ARGS)

fuzz-merge: ## take into corpus/ what a campaign has found beyond it (T=pkt)
	$(Q)ci/fuzz-merge.sh $(FUZZED)

fuzz-service: $(FUZZ_TARGETS:%=$(BUILD)/service/fuzz_%)

# PROGRAMS=20000 SEED=2 for more random programs and others; 0 for none.
PROGRAMS ?= 5000
coverage: $(BUILD)/refstack $(BUILD)/guest ## which of Linux's lines our questions run, into docs/
	$(Q)ci/coverage.py --refstack $(BUILD)/refstack --random $(PROGRAMS) --seed $(SEED)

oracle: $(BUILD)/refstack $(BUILD)/guest ## build the judging kernel into the cache
	$(Q)$(BUILD)/refstack oracle build

check-oracle: oracle $(BUILD)/release/repeat $(BUILD)/gcc-O0/refstack ## all tests that need the judging kernel, building it again and again
	$(Q)TEST_TIMEOUT=7200 ci/run-tests.sh $(sort $(wildcard ci/test-oracle*.sh))

check-fuzz: setup-fuzz $(BUILD)/afl/fuzz_binary ## what needs both engines: services' builds, several machines
	$(Q)ENGINES="libfuzzer afl" SANITIZERS="address undefined memory" TEST_TIMEOUT=3600 \
		ci/run-tests.sh ci/test-oss-fuzz.sh ci/test-fuzz-hosts.sh

bench: $(BUILD)/refstack ## measure against the running kernel
	$(Q)$(BUILD)/refstack bench

lint: $(call obj_gcc-O3,$(CORE_SRC)) ## every static check; tools that are absent are named
	$(Q)ci/lint.sh

layers: ## the direction of includes
	$(Q)ci/layers.py

tidy: $(call obj_gcc-O3,$(CORE_SRC)) ## house rules: banned calls, mutable state, headers, lengths
	$(Q)ci/tidy.py

divergences: ## every deliberate difference from Linux, where it is and what it is
	$(Q)ci/lists.py divergences

man: ## make the manual in build/man (read it: man -l build/man/refstack.1)
	$(Q)ci/man.py $(BUILD)/man
	$(Q)if command -v mandoc >/dev/null; then mandoc -T lint -W warning $(BUILD)/man/*; \
	else echo "SKIP lint of the manual: mandoc is not installed"; fi

generated: ## write what shells and editors read of the tables
	$(Q)ci/generate.py --write

files: ## write refstack/FILES from the headers of the files
	$(Q)ci/lists.py files >refstack/FILES

fmt: ## format every C file
	$(Q)clang-format -i $(C_FILES) $(H_FILES)

fmt-check: ## fail if a file is not formatted
	$(Q)clang-format --dry-run -Werror $(C_FILES) $(H_FILES)

tags: ## an index for editors
	$(Q)if command -v ctags >/dev/null; then ctags -R refstack nicmodel harness; \
	else echo "SKIP ctags: not installed"; fi

hooks: ## let git run ci/hooks
	$(Q)git config core.hooksPath ci/hooks

clean: ## remove what was built
	$(Q)rm -rf $(BUILD) tags
