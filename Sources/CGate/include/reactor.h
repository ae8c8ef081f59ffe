// Doors to Linux's event calls and socket options whose C forms Swift cannot import.
#ifndef CGATE_REACTOR_H
#define CGATE_REACTOR_H
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static inline int gate_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}
static inline uint64_t gate_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t gate_epoll_events(const struct epoll_event *event) { return event->events; }

static const uint32_t GATE_EPOLLIN = EPOLLIN;
static const uint32_t GATE_EPOLLOUT = EPOLLOUT;
static const uint32_t GATE_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t GATE_EPOLLHUP = EPOLLHUP;
static const uint32_t GATE_EPOLLERR = EPOLLERR;

/// Milliseconds of CLOCK_MONOTONIC.
static inline int64_t gate_monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
/// Microseconds of CLOCK_REALTIME since 1970.
static inline int64_t gate_wall_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
/// accept4 is a GNU call that Swift's Glibc does not show.
int accept4(int, struct sockaddr *, socklen_t *, int);
static inline int gate_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
static inline void gate_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
/// Gives back the pages of code and constants that only starting needed; those used again come back from the files.
/// Segments that may hold relocations are writable, and left alone.
void gate_release_start_pages(void);
static inline int gate_errno(void) { return errno; }
#endif
