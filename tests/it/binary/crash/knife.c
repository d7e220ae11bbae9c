/* Loaded into a process to kill it at a chosen moment, or to fill its disk: every outward step (a write or a flush of a
 * file, a write to a socket) is counted in a page of memory that the test shares, and the one that was chosen is the
 * last. The program itself knows nothing of this. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES = 1, SOCKETS = 2 };

/* As `Knife` in knife.rs writes it: numbers of eight bytes each. */
static struct control {
    _Atomic uint64_t armed; /* which kinds of steps count; none: nothing happens */
    _Atomic uint64_t taken; /* steps so far */
    _Atomic uint64_t at;    /* the step at which it ends */
    _Atomic uint64_t after; /* whether that step is still taken */
    _Atomic uint64_t fail;  /* what every write to a file fails with; none: it works */
    _Atomic uint64_t room;  /* the disk is full only while the file named by KNIFE_RESERVE holds anything */
} *control;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("KNIFE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *page = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED) control = page;
}

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int is(int fd, mode_t kind) {
    struct stat about;
    return fstat(fd, &about) == 0 && (about.st_mode & S_IFMT) == kind;
}

/* Counts a step; whether it is the last one, to be taken before the end. */
static int step(int kind) {
    if (!control || !(control->armed & (uint64_t)kind)) return 0;
    if (atomic_fetch_add(&control->taken, 1) + 1 != control->at) return 0;
    if (!control->after) end();
    return 1;
}

static int full(void) {
    if (!control || !control->fail) return 0;
    if (control->room) {
        const char *reserve = getenv("KNIFE_RESERVE");
        struct stat about;
        if (!reserve || stat(reserve, &about) != 0 || about.st_size == 0) return 0;
    }
    errno = (int)control->fail;
    return 1;
}

#define REAL(name) ({ static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name); real; })

/* A write to a file. */
#define FILE_STEP(result, name, call) \
    if (full()) return -1;            \
    int last = step(FILES);           \
    result done = REAL(name) call;    \
    if (last) end();                  \
    return done;

ssize_t pwrite(int fd, const void *from, size_t size, off_t at) { FILE_STEP(ssize_t, pwrite, (fd, from, size, at)) }
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) { FILE_STEP(ssize_t, pwrite64, (fd, from, size, at)) }
int fsync(int fd) { FILE_STEP(int, fsync, (fd)) }
int fdatasync(int fd) { FILE_STEP(int, fdatasync, (fd)) }

#define SOCKET_STEP(name, call)      \
    int last = step(SOCKETS);        \
    ssize_t done = REAL(name) call;  \
    if (last) end();                 \
    return done;

ssize_t send(int fd, const void *from, size_t size, int flags) { SOCKET_STEP(send, (fd, from, size, flags)) }
ssize_t sendto(int fd, const void *from, size_t size, int flags, const struct sockaddr *to, socklen_t length) {
    SOCKET_STEP(sendto, (fd, from, size, flags, to, length))
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) { SOCKET_STEP(sendmsg, (fd, message, flags)) }

/* What these write to may be either, or a pipe, which is nobody's business. */
ssize_t write(int fd, const void *from, size_t size) {
    int kind = !control || !(control->armed || control->fail) ? 0 : is(fd, S_IFREG) ? FILES : is(fd, S_IFSOCK) ? SOCKETS : 0;
    if (kind == FILES && full()) return -1;
    int last = kind && step(kind);
    ssize_t done = REAL(write)(fd, from, size);
    if (last) end();
    return done;
}
ssize_t writev(int fd, const struct iovec *from, int count) {
    int last = control && control->armed && is(fd, S_IFSOCK) && step(SOCKETS);
    ssize_t done = REAL(writev)(fd, from, count);
    if (last) end();
    return done;
}
