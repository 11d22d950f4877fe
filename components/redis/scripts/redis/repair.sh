# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh and damage.sh set what is used here, load.sh uses what is set
# Keeps what is damaged, and makes what is left loadable. Sourced by the start scripts.
#
# Nothing is deleted here but what a newer set of the same kind replaces. Each step leaves a volume that the next start
# finds either still damaged or whole.

# A new folder for what is set aside, and why it was.
new_folder() {
    while
        folder=$DATA/damaged-$(date -u +%Y-%m-%dT%H-%M-%SZ)
        [ -e "$folder" ]
    do sleep 0.2; done
    mkdir "$folder" && printf '%s: %s\n' "$1" "$damage" >"$folder/reason"
}

# Only the newest set is kept, for the space; a tail replaces tails only, and while this node has no data again, all are
# kept.
forget_older() {
    for older in "$DATA"/damaged-*; do
        if [ "$older" = "$folder" ] || follow_only; then continue; fi
        [ "$1" != tail ] || grep -q '^tail: ' "$older/reason" 2>/dev/null || continue
        log "removing $older: $folder is kept instead"
        rm -rf "$older"
    done
}

# keep_copy PATH FROM: the file as it is; where there is no room for that, at least the bytes that are to be cut.
keep_copy() {
    if [ "$(free_bytes)" -gt "$(($(size_of "$1") + 1048576))" ]; then cp "$1" "$folder/"; else bytes_from "$1" "$2" >"$folder/${1##*/}.from-$2"; fi \
        || {
            rm -rf "$folder"
            refuse "$damage, and the volume has no room to keep the bytes that have to be cut: make it larger (persistence.size)"
        }
}

# cut_at FILE OFFSET
cut_at() {
    truncate -s "$2" "$1"
    sync
}

cut_tail() {
    new_folder tail
    keep_copy "$aof/$file" "$offset"
    log "repair: $file ends with an unfinished command, as after a power cut or a full disk: $(($(size_of "$aof/$file") - offset)) bytes were cut, from offset $offset on; the file as it was, or the bytes, are in $folder"
    cut_at "$aof/$file" "$offset"
    forget_older tail
}

# Everything goes into one folder: the RDB file first, for alone it would be taken for a seed.
set_all_aside() {
    new_folder damaged
    [ ! -e "$DATA/dump.rdb" ] || mv "$DATA/dump.rdb" "$folder/"
    [ ! -e "$DATA/appendonly.aof" ] || mv "$DATA/appendonly.aof" "$folder/"
    [ ! -d "$aof" ] || mv "$aof" "$folder/"
    rm -f "$DATA/seeding"
    sync
    forget_older all
}

# What was set aside, in place of the empty files that were started with since; fails if there is nothing.
put_back() {
    for folder in "$DATA"/damaged-*; do
        grep -q '^damaged: ' "$folder/reason" 2>/dev/null || continue
        found_folder=$folder
    done
    [ -n "${found_folder:-}" ] && [ -e "$found_folder/appendonlydir" ] || return 1
    log "repair: putting back what was set aside in $found_folder"
    rm -rf "$aof"
    for kept in "$found_folder"/*; do [ "${kept##*/}" = reason ] || mv "$kept" "$DATA/"; done
    rm -rf "$found_folder"
}

# name_up_to NAME: the manifest up to that file.
name_up_to() {
    awk -v last="$1" '{ print } $2 == last { exit }' "$manifest" >"$aof/temp-manifest" && mv "$aof/temp-manifest" "$manifest"
}

# The manifest out of the names of the files: one base, and incremental files of which none is missing in between.
rebuild_manifest() {
    append_only_files | sed 's|.*/||' | awk -F. '
        /[.]base[.](rdb|aof)$/ { bases++; base = $0; sequence = $3; next }
        /[.]incr[.]aof$/ { incremental[$3] = $0; count++; if (lowest == "" || $3 + 0 < lowest) lowest = $3 + 0; next }
        $0 == "appendonly.aof.manifest" { next }
        { strange = 1 }
        END {
            for (n = lowest; n < lowest + count; n++) if (!(n in incremental)) strange = 1
            if (strange || bases != 1) exit 1
            print "file " base " seq " sequence " type b"
            for (n = lowest; n < lowest + count; n++) print "file " incremental[n] " seq " n " type i"
        }' >"$aof/temp-manifest" && mv "$aof/temp-manifest" "$manifest"
}

# Mends what is damaged with the loss that `loss` tells; sets $why_not and fails where that cannot be done.
repair() {
    why_not=
    case $file in
        *.manifest)
            new_folder repaired
            [ ! -e "$manifest" ] || cp "$manifest" "$folder/"
            rebuild_manifest || {
                why_not="the names of the files do not tell which belong together"
                return 1
            }
            ;;
        *.incr.* | appendonly.aof)
            if [ -e "$aof/$file" ]; then
                [ -n "$offset" ] || {
                    why_not="Redis does not say where the damage begins"
                    return 1
                }
                new_folder repaired
                keep_copy "$aof/$file" "$offset"
                later=$(files_after "$file")
                name_up_to "$file"
                cut_at "$aof/$file" "$offset"
            else
                new_folder repaired
                cp "$manifest" "$folder/"
                later=$(files_after "$file")
                name_up_to "$(printf '%s\n' "$named" | tr ' ' '\n' | sed "/^$file\$/,\$d" | tail -n 1)"
            fi
            for lost in $later; do mv "$aof/$lost" "$folder/"; done
            ;;
        *)
            # A base has no last good command. The RDB file of the last save point is whole, or there is nothing to go
            # back to.
            if [ "$file" = dump.rdb ] || ! redis-check-rdb "$DATA/dump.rdb" >/dev/null 2>&1; then
                why_not="there is no whole RDB file to go back to"
                return 1
            fi
            new_folder repaired
            mv "$aof" "$folder/"
            ;;
    esac
    sync
    log "repair: $damage; lost: $loss. The files as they were are in $folder"
    forget_older all
}
