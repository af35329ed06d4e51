// A disk that does as it is told: loaded before libc into the process under test, it stands between it and the calls that write, flush, open and
// truncate the files of its inbox. What it shall do stands in a page of memory that the test shares with it (see FaultyDisk.cs), and can be
// changed at any time. It can also record every write and flush in their order (see DiskRecord.cs).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum call { WRITE = 1, FLUSH = 2, OPEN = 4, TRUNCATE = 8 };
enum file { DATABASE = 1, LOG = 2, BESIDE = 4, ACKS = 8 };
enum action { FAIL = 1, HALF, DELAY, KILL, SKIP };
enum entry { WRITTEN = 1, FLUSH_BEGUN, FLUSH_ENDED, FLUSH_FAILED, TRUNCATED };

// The fault: an action upon calls of a kind, to files of a kind, from the first-th on, so many times.
struct control {
  _Atomic uint32_t armed, calls, files, action;
  _Atomic int64_t argument, first, count, seen, hit, flushes;
};

static struct control nothing, *control = &nothing;
static const char *database;
static size_t database_length;
static int record = -1;
static pthread_mutex_t recording = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_ftruncate)(int, off64_t), (*real_openat)(int, const char *, int, ...);

__attribute__((constructor)) static void start(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_openat = dlsym(RTLD_NEXT, "openat64");
  const char *path = getenv("FAULTY_DISK_CONTROL"), *to = getenv("FAULTY_DISK_RECORD");
  if (!path || !(database = getenv("FAULTY_DISK_DATABASE"))) return;
  database_length = strlen(database);
  int fd = real_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd < 0 || page == MAP_FAILED) abort();
  close(fd);
  if (to && (record = real_openat(AT_FDCWD, to, O_WRONLY | O_APPEND | O_CLOEXEC)) < 0) abort();
  control = page;
}

static uint32_t file_of(const char *path) {
  if (!database || strncmp(path, database, database_length) != 0) return 0;
  path += database_length;
  return !*path ? DATABASE : !strcmp(path, "-wal") ? LOG : !strcmp(path, "-acks") ? ACKS : BESIDE;
}

static uint32_t file_of_descriptor(int fd) {
  char link[32], path[4096];
  if (!database) return 0;
  char *end = link + sizeof link - 1;
  *end = 0;
  for (unsigned n = (unsigned)fd; end > link + 14; n /= 10) {
    *--end = (char)('0' + n % 10);
    if (n < 10) break;
  }
  end -= 14;
  memcpy(end, "/proc/self/fd/", 14);
  int kept = errno;
  ssize_t length = readlink(end, path, sizeof path - 1);
  errno = kept;
  if (length < 0) return 0;
  path[length] = 0;
  return file_of(path);
}

// What shall be done to this call; it is counted.
static uint32_t fault(uint32_t call, uint32_t file) {
  if (!control->armed || !(control->calls & call) || !(control->files & file)) return 0;
  int64_t n = ++control->seen;
  if (n < control->first || n - control->first >= control->count) return 0;
  control->hit++;
  uint32_t action = control->action;
  if (action == DELAY) {
    struct timespec time = {control->argument / 1000, control->argument % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0 && errno == EINTR) { }
    return 0;
  }
  if (action == FAIL) errno = (int)control->argument;
  if (action == KILL && call != WRITE) kill(getpid(), SIGKILL);
  return action;
}

static void keep(uint32_t entry, uint32_t file, int64_t offset, const void *data, uint64_t length) {
  struct { uint32_t entry, file; int64_t offset; uint64_t length; } head = {entry, file, offset, length};
  pthread_mutex_lock(&recording);
  real_write(record, &head, sizeof head);
  if (data) {
    for (uint64_t done = 0; done < length;) {
      ssize_t n = real_write(record, (const char *)data + done, length - done);
      if (n <= 0) abort();
      done += (uint64_t)n;
    }
  }
  pthread_mutex_unlock(&recording);
}

static ssize_t write_faulty(int fd, const void *data, size_t length, off64_t offset, int at) {
  uint32_t file = file_of_descriptor(fd);
  uint32_t action = file ? fault(WRITE, file) : 0;
  if (action == FAIL) return -1;
  if ((action == HALF || action == KILL) && length > 1) length /= 2;
  ssize_t written = at ? real_pwrite(fd, data, length, offset) : real_write(fd, data, length);
  if (action == KILL) kill(getpid(), SIGKILL);
  if (record >= 0 && written > 0 && file & (DATABASE | LOG | ACKS)) keep(WRITTEN, file, offset, data, (uint64_t)written);
  return written;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return write_faulty(fd, data, length, offset, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_faulty(fd, data, length, offset, 1); }
ssize_t write(int fd, const void *data, size_t length) { return write_faulty(fd, data, length, 0, 0); }

static int flush_faulty(int fd, int (*real)(int)) {
  static _Atomic int64_t flushes;
  uint32_t file = file_of_descriptor(fd);
  if (!file) return real(fd);
  control->flushes++;
  switch (fault(FLUSH, file)) {
    case FAIL:
      if (record >= 0) keep(FLUSH_FAILED, file, 0, NULL, 0);
      errno = (int)control->argument;
      return -1;
    case SKIP: return 0;
  }
  int64_t flush = ++flushes;
  if (record >= 0) keep(FLUSH_BEGUN, file, flush, NULL, 0);
  int result = real(fd);
  if (record >= 0 && result == 0) keep(FLUSH_ENDED, file, flush, NULL, 0);
  return result;
}

int fsync(int fd) { return flush_faulty(fd, real_fsync); }
int fdatasync(int fd) { return flush_faulty(fd, real_fdatasync); }

static int truncate_faulty(int fd, off64_t size) {
  uint32_t file = file_of_descriptor(fd);
  if (file && fault(TRUNCATE, file) == FAIL) return -1;
  int result = real_ftruncate(fd, size);
  if (record >= 0 && result == 0 && file & (DATABASE | LOG)) keep(TRUNCATED, file, size, NULL, 0);
  return result;
}

int ftruncate64(int fd, off64_t size) { return truncate_faulty(fd, size); }
int ftruncate(int fd, off_t size) { return truncate_faulty(fd, size); }

static int open_faulty(const char *path, int flags, mode_t mode) {
  uint32_t file = file_of(path);
  return file && fault(OPEN, file) == FAIL ? -1 : real_openat(AT_FDCWD, path, flags, mode);
}

#define OPENS(name)                                              \
  int name(const char *path, int flags, ...) {                   \
    va_list rest;                                                \
    va_start(rest, flags);                                       \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                \
    return open_faulty(path, flags, mode);                       \
  }
OPENS(open)
OPENS(open64)
