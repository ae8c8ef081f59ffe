// Doors for the command line: wait statuses, spawning, the names of the packs.
#ifndef CGATE_PROCESS_H
#define CGATE_PROCESS_H
#include <arpa/inet.h>
#include <dirent.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "packs.h"

static inline int gate_did_exit(int status) { return WIFEXITED(status); }
static inline int gate_exit_status(int status) { return WEXITSTATUS(status); }
static inline int gate_was_signalled(int status) { return WIFSIGNALED(status); }
static inline int gate_term_signal(int status) { return WTERMSIG(status); }
/// True when the terminal itself sent the signal, so that the whole foreground group has it.
static inline int gate_is_from_terminal(const siginfo_t *info) { return info->si_code == SI_KERNEL; }
static inline const char *gate_pack_name(size_t index) { return gate_packs[index].name; }
/// The process's environment, which two C modules declare.
static inline char **gate_environment(void) { return __environ; }
static inline int gate_flock(int descriptor, int operation) { return flock(descriptor, operation); }
static inline int gate_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline mode_t gate_file_type(mode_t mode) { return mode & S_IFMT; }
#endif
