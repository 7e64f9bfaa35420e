/* M/M/1 with an event list and keyed draws, and nothing else: what the hardware allows.
   Philox4x32-10 gives every draw, as in Kervan; no statistics but the mean, no station but one.
   Usage: ref CUSTOMERS SEED; prints the CPU seconds and the mean hours. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ARRIVAL, SERVED };

typedef struct { double time; uint64_t what; } Event;

static Event heap[64];
static int count;

static double exponential(double mean, uint32_t ordinal, uint32_t purpose, uint32_t seed)
{
    uint32_t a = ordinal, b = purpose, c = 0, d = 0, key = seed, other = 0;
    for (int round = 0; round < 10; round++, key += 0x9E3779B9u, other += 0xBB67AE85u) {
        uint64_t left = (uint64_t)a * 0xD2511F53u, right = (uint64_t)c * 0xCD9E8D57u;
        a = (uint32_t)(right >> 32) ^ b ^ key;
        c = (uint32_t)(left >> 32) ^ d ^ other;
        b = (uint32_t)right;
        d = (uint32_t)left;
    }
    uint64_t bits = ((uint64_t)a << 32 | b) >> 11;
    return -mean * log(((double)bits + 0.5) * 0x1p-53);
}

static int before(Event a, Event b) { return a.time < b.time || (a.time == b.time && a.what < b.what); }

static void sink(Event event)  /* puts an event where the first was */
{
    int hole = 0;
    for (int child; (child = 2 * hole + 1) < count; hole = child) {
        if (child + 1 < count && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], event)) break;
        heap[hole] = heap[child];
    }
    heap[hole] = event;
}

static void push(Event event)
{
    int hole = count++;
    for (; hole > 0 && before(event, heap[(hole - 1) / 2]); hole = (hole - 1) / 2) heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = event;
}

static void drop(void) { if (--count > 0) sink(heap[count]); }

static Event event_of(double time, uint64_t kind, uint64_t who) { return (Event){time, kind << 32 | who}; }

int main(int argc, char **argv)
{
    uint32_t n = argc > 1 ? (uint32_t)atol(argv[1]) : 1000000, seed = argc > 2 ? (uint32_t)atol(argv[2]) : 0;
    double *came = malloc(n * sizeof *came), hours = 0;
    uint32_t next = 0, made = 0;  /* whoever waits is next .. made - 1: first in, first out, one server */
    int busy = 0;
    clock_t start = clock();
    push(event_of(exponential(1 / 0.9, 0, ARRIVAL, seed), ARRIVAL, 0));
    while (count > 0) {
        double now = heap[0].time;
        uint32_t who = (uint32_t)heap[0].what;
        if (heap[0].what >> 32 == ARRIVAL) {
            came[who] = now;
            made = who + 1;
            if (made < n) sink(event_of(now + exponential(1 / 0.9, made, ARRIVAL, seed), ARRIVAL, made));
            else drop();
            if (!busy) {
                busy = 1;
                next = made;
                push(event_of(now + exponential(1, who, SERVED, seed), SERVED, who));
            }
        } else {
            hours += now - came[who];
            if (next < made) {
                sink(event_of(now + exponential(1, next, SERVED, seed), SERVED, next));
                next++;
            } else {
                busy = 0;
                drop();
            }
        }
    }
    printf("%.9f %.9f\n", (double)(clock() - start) / CLOCKS_PER_SEC, hours / n);
    free(came);
    return 0;
}
