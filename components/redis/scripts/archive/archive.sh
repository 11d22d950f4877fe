# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh sets what is used here, those that source it use what is set
# What the archive's scripts share: the clock, the names, what lies at the destination, and how a failure reads.
# Sourced, after lib.sh.
#
# Below $ARCHIVE_ROOT: hourly/NAME.rdb and daily/NAME.rdb, where NAME is the UTC time at which the copy was begun. One
# counts only with NAME.rdb.checked beside it, which is written last, once the file was read back from there.

: "${WORK:=/work}"
# Kubernetes tries a failed job again: rclone gives up before a person who looks has lost patience.
: "${RCLONE_RETRIES:=2}" "${RCLONE_LOW_LEVEL_RETRIES:=4}" "${RCLONE_CONTIMEOUT:=15s}" "${RCLONE_TIMEOUT:=60s}"
export RCLONE_RETRIES RCLONE_LOW_LEVEL_RETRIES RCLONE_CONTIMEOUT RCLONE_TIMEOUT

# Seconds since 1970. A test sets $NOW.
now() { echo "${NOW:-$(date +%s)}"; }

# stamp SECONDS: a name. Names sort as the times do.
stamp() { date -u -d "@$1" +%Y-%m-%dT%H-%M-%SZ; }

# The last line of a failed job. On standard error, or it would end in a variable.
fail() {
    log "FAILED: $*" >&2
    exit 1
}

# reach DOING ARGUMENTS...: rclone; a failure says what was being done, and why it went wrong.
reach() {
    doing=$1
    shift
    rclone "$@" 2>"$WORK/reasons" || {
        cat "$WORK/reasons" >&2
        fail "$doing: $(reason)"
    }
}

# What rclone's own words come to for the person who has to do something.
reason() {
    last=$(sed -n 's/^[0-9/]* [0-9:]* \(ERROR *: *\)*//p' "$WORK/reasons" | tail -n 1 | cut -c 1-300)
    case "$(cat "$WORK/reasons")" in
        *SignatureDoesNotMatch* | *InvalidAccessKeyId*) echo "the destination does not know these credentials (archive.s3.accessKeyId, secretAccessKey). ${last:-}" ;;
        *"no space left"* | *QuotaExceeded* | *StorageFull* | *InsufficientStorage* | *"disk quota exceeded"*) echo "the destination is full: make it larger, or keep fewer (archive.hourly, archive.daily). ${last:-}" ;;
        *NoSuchBucket* | *"bucket does not exist"* | *"directory not found"*) echo "there is no such bucket or folder. ${last:-}" ;;
        *AccessDenied* | *Forbidden* | *" 403"* | *"permission denied"*) echo "the destination refuses access: it has to allow to list, read, write and delete. ${last:-}" ;;
        *"connection refused"* | *"no such host"* | *timeout* | *"connection reset"* | *" 50"[0-9]* | *ServiceUnavailable* | *SlowDown* | *EOF* | *"send request failed"* | *"broken pipe"*) echo "the destination does not answer, or broke off. ${last:-}" ;;
        *) echo "${last:-rclone gave no reason}" ;;
    esac
}

# files FOLDER: the names of all files in it; none before the first archive.
files() {
    code=0
    rclone lsf --files-only "$ARCHIVE_ROOT/$1" 2>"$WORK/reasons" || code=$?
    # 3: no such folder, which only a volume tells from an empty one (and a store, when it is the bucket that is
    # missing).
    [ "$code" = 0 ] || [ "$code" = 3 ] || {
        cat "$WORK/reasons" >&2
        fail "listing $ARCHIVE_ROOT/$1: $(reason)"
    }
}

# Of file names on standard input: the archives that count, latest first.
whole() {
    awk '{ file[$0] } END { for (f in file) if (length(f) == 24 && f ~ /^[0-9-]+T[0-9-]+Z\.rdb$/ && (f ".checked") in file) print substr(f, 1, 20) }' | sort -r
}

# leftovers BEFORE: of file names on standard input, those of an archive older than that, and not whole: its job was cut
# off.
leftovers() {
    awk -v before="$1" '
        { file[$0] }
        END {
            for (f in file) {
                base = substr(f, 1, 24)
                if (base !~ /^[0-9-]+T[0-9-]+Z\.rdb$/ || substr(f, 1, 20) >= before) continue
                if (!(base in file) || !((base ".checked") in file) || (f != base && f != base ".checked")) print f
            }
        }' | sort
}
