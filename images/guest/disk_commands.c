/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/disk_commands.h"
#include "images/guest/content.h"
#include "images/guest/disk.h"

#include <stddef.h>
#include <string.h>

/* A range of a disk, in bytes, that need not fit its sectors. */
typedef struct {
    Disk *disk;
    uint64_t offset;
    uint64_t length;
} Range;

/* The sectors that hold the first part of a range. */
typedef struct {
    uint64_t first;
    uint32_t bytes; /* of whole sectors */
    uint32_t skip;  /* bytes before the range */
    uint32_t part;  /* bytes of the range */
} Piece;

__attribute__((section(".bss.buffers"),
               aligned(4096))) static uint8_t buffer[DISK_REQUEST + 2 * GUEST_SECTOR];

static Outcome
find_disk(Call *call, Disk **disk)
{
    *disk = disk_find(call->words[0]);
    if (*disk == NULL)
        return call_refuse(call, CALL_INVALID, "there is no disk '%'", call->words[0]);
    return CALL_OK;
}

/* The disk and the range of a request, which must lie on the disk. */
static Outcome
find_range(Call *call, Range *range)
{
    Outcome outcome = find_disk(call, &range->disk);
    if (outcome != CALL_OK)
        return outcome;
    if (!call_size(call, 1, &range->offset) || !call_size(call, 2, &range->length))
        return CALL_INVALID;
    uint64_t size = disk_size(range->disk);
    if (range->offset > size || range->length > size - range->offset)
        return call_refuse(call, CALL_FAILED, "beyond the end of disk '%'", call->words[0]);
    return CALL_OK;
}

/* Hashes come in multiples of 8, so each piece but the last has DISK_REQUEST bytes. */
static Piece
first_piece(const Range *range)
{
    Piece piece = {.first = range->offset / GUEST_SECTOR,
                   .skip = (uint32_t)(range->offset % GUEST_SECTOR),
                   .part = range->length < DISK_REQUEST ? (uint32_t)range->length : DISK_REQUEST};
    piece.bytes = (piece.skip + piece.part + GUEST_SECTOR - 1) & ~(uint32_t)(GUEST_SECTOR - 1);
    return piece;
}

static void
go_on(Range *range, const Piece *piece)
{
    range->offset += piece->part;
    range->length -= piece->part;
}

static bool
write_piece(const Range *range, const Piece *piece, uint64_t stamp)
{
    bool is_whole = piece->bytes == piece->part;
    if (!is_whole && !disk_read(range->disk, piece->first, buffer, piece->bytes))
        return false;
    guest_pattern_fill(buffer + piece->skip, range->offset, piece->part, stamp);
    return disk_write(range->disk, piece->first, buffer, piece->bytes);
}

static Outcome
fail(Call *call, const char *format, const char *reason)
{
    call_refuse(call, CALL_FAILED, format, call->words[0]);
    text_add(&call->answer, reason);
    return CALL_FAILED;
}

Outcome
run_write(Call *call)
{
    Range range;
    Outcome outcome = find_range(call, &range);
    if (outcome != CALL_OK)
        return outcome;
    if (disk_read_only(range.disk))
        return fail(call, "cannot write disk '%': ", "Read-only file system");
    uint64_t stamp = guest_stamp_of(call->words[3]);
    while (range.length > 0) {
        Piece piece = first_piece(&range);
        if (!write_piece(&range, &piece, stamp))
            return fail(call, "cannot write disk '%': ", "Input/output error");
        go_on(&range, &piece);
    }
    return CALL_OK;
}

Outcome
run_write_pattern(Call *call)
{
    if (strcmp(call->words[3], "pattern") != 0)
        return call_refuse(call, CALL_INVALID, "'%' is no guest command", "write");
    call->words[3] = call->words[4];
    return run_write(call);
}

Outcome
run_read(Call *call)
{
    Range range;
    GuestHash hash = {0};
    Outcome outcome = find_range(call, &range);
    if (outcome != CALL_OK)
        return outcome;
    while (range.length > 0) {
        Piece piece = first_piece(&range);
        if (!disk_read(range.disk, piece.first, buffer, piece.bytes))
            return fail(call, "cannot read disk '%': ", "Input/output error");
        guest_hash_add(&hash, buffer + piece.skip, piece.part);
        go_on(&range, &piece);
    }
    text_add_hash(&call->answer, guest_hash_end(&hash));
    return CALL_OK;
}

static bool
flush(Disk *disk)
{
    return disk_read_only(disk) || disk_flush(disk);
}

Outcome
run_flush_all(Call *call)
{
    for (unsigned i = 0; i < disk_count(); i++) {
        if (flush(disk_at(i)))
            continue;
        call_refuse(call, CALL_FAILED, "cannot flush disk '#", "");
        text_add_number(&call->answer, i);
        text_add(&call->answer, "': Input/output error");
        return CALL_FAILED;
    }
    return CALL_OK;
}

Outcome
run_flush(Call *call)
{
    Disk *disk = NULL;
    Outcome outcome = find_disk(call, &disk);
    if (outcome != CALL_OK)
        return outcome;
    return flush(disk) ? CALL_OK : fail(call, "cannot flush disk '%': ", "Input/output error");
}

Outcome
run_disk(Call *call)
{
    Disk *disk = NULL;
    Outcome outcome = find_disk(call, &disk);
    if (outcome != CALL_OK)
        return outcome;
    text_add(&call->answer, disk_serial(disk)[0] != '\0' ? disk_serial(disk) : "-");
    text_add(&call->answer, " ");
    text_add_number(&call->answer, disk_size(disk));
    text_add(&call->answer, disk_read_only(disk) ? " ro" : " rw");
    return CALL_OK;
}
