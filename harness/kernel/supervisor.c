/* Starts one command, collects it and every descendant that loses its parent, and reports the kernel's account of each.
 *
 *     membench-supervisor CONTROL REPORT SESSION FOLDER PATH ARG0 [ARG]...
 *
 * CONTROL and REPORT are descriptors. SESSION is 1 for a session of its own. FOLDER is where the command runs, empty for
 * the current one. PATH is the program. Its arguments and its environment are passed on untouched.
 *
 * wait4's ru_maxrss is the largest high-water mark of a process, of every program that it was before an exec, and of all
 * descendants that were waited for. It begins with the mark of the memory that the first exec replaces. The command is
 * therefore forked from this program, which is small, and that first mark is reported: no figure below it means anything.
 *
 * This program is the reaper of the whole tree. Until it has collected a child, the child's number belongs to nobody
 * else, so signals cannot hit a stranger. When CONTROL is closed, which also happens when membench is killed, it ends
 * every child until none is left, and then itself.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum kind { STARTED = 1, EXECUTED, REFUSED, ENDED, SIGNALLED, NOT_ENDED };
enum argument { CONTROL = 1, REPORT, SESSION, FOLDER, PROGRAM, COMMAND };
enum { ROUNDS = 2500, ROUND_NANOSECONDS = 2000000 }; /* 5 s in all */

struct record { /* shorter than PIPE_BUF: it arrives whole */
    int64_t kind, pid, nanoseconds, first, second, third, fourth;
    char name[16];
};

static int report_to;
static int sees_itself; /* whether the numbers under /proc are those of this namespace */
static pid_t root; /* 0 once it has been collected */
static sigset_t mask_before;
static struct sigaction child_before;

static void report(struct record record) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    record.nanoseconds = now.tv_sec * 1000000000L + now.tv_nsec;
    while (write(report_to, &record, sizeof record) < 0 && errno == EINTR) {}
}

/* Reads the beginning of a file under /proc. An empty text if the process is gone. */
static void read_text(const char *path, char *text, size_t size) {
    ssize_t length = -1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        length = read(file, text, size - 1);
        close(file);
    }
    text[length > 0 ? length : 0] = '\0';
}

/* A script without a first line: the shell runs it, as execvp and every shell do. */
static void execute_script(char **arguments) {
    int count = 0;
    while (arguments[COMMAND + count]) count++;
    char *shell[count + 2];
    shell[0] = "/bin/sh";
    shell[1] = arguments[PROGRAM];
    for (int index = 1; index <= count; index++) shell[1 + index] = arguments[COMMAND + index];
    execve(shell[0], shell, environ);
}

static void become_command(int go, int told, char **arguments) {
    char byte;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (write(told, &usage.ru_maxrss, sizeof usage.ru_maxrss) < 0 || read(go, &byte, 1) != 1) _exit(127);
    if (arguments[SESSION][0] == '1') setsid();
    if (!arguments[FOLDER][0] || chdir(arguments[FOLDER]) == 0) {
        sigaction(SIGCHLD, &child_before, NULL);
        sigprocmask(SIG_SETMASK, &mask_before, NULL);
        execve(arguments[PROGRAM], arguments + COMMAND, environ);
        if (errno == ENOEXEC) execute_script(arguments);
    }
    long error = errno;
    while (write(told, &error, sizeof error) < 0 && errno == EINTR) {}
    _exit(127);
}

/* Adds the name of a child that has ended, and whether it has waited for a child of its own: those have page faults. */
static void describe(struct record *record) {
    char path[40], text[1024];
    long minor, major;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)record->pid);
    read_text(path, text, sizeof text);
    char *name = strchr(text, '('), *end = strrchr(text, ')');
    record->fourth = -1;
    if (!sees_itself || !name || !end) return;
    *end = '\0';
    strncpy(record->name, name + 1, sizeof record->name - 1);
    if (sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %ld %*u %ld", &minor, &major) == 2)
        record->fourth = minor + major > 0;
}

/* Collects the children that have ended. Returns 0 if there are no more children, running or ended. */
static int collect(void) {
    for (;;) {
        siginfo_t info = {0};
        struct rusage usage;
        int status;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0) return errno != ECHILD;
        if (!info.si_pid) return 1;
        struct record record = {.kind = ENDED, .pid = info.si_pid};
        describe(&record);
        if (wait4(info.si_pid, &status, __WALL, &usage) < 0) continue;
        record.first = status;
        record.second = usage.ru_maxrss;
        record.third = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L
                       + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
        if (info.si_pid == root) root = 0;
        report(record);
    }
}

static void kill_child(pid_t pid, int last_try) {
    if (kill(pid, SIGKILL) && errno == EPERM && last_try) report((struct record){.kind = NOT_ENDED, .pid = pid});
}

/* Where the kernel keeps no lists of children, each process says who its parent is. */
static void kill_listed_in_proc(int last_try) {
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[300], text[1024];
        int parent;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        read_text(path, text, sizeof text);
        char *end = strrchr(text, ')');
        if (end && sscanf(end + 1, " %*c %d", &parent) == 1 && parent == getpid())
            kill_child(atoi(entry->d_name), last_try);
    }
    if (folder) closedir(folder);
}

/* Kills every child. What a child has started becomes a child of this process once that one has ended. */
static void kill_children(int last_try) {
    char path[64], text[4096], *next = text;
    if (!sees_itself) {
        if (root) kill_child(root, last_try);
        return;
    }
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    if (access(path, R_OK)) {
        kill_listed_in_proc(last_try);
        return;
    }
    read_text(path, text, sizeof text);
    for (pid_t pid; (pid = strtol(next, &next, 10)) > 0 && *next == ' ';) kill_child(pid, last_try);
}

static void end_all(void) {
    for (int round = 0; round < ROUNDS; round++) {
        kill_children(round == ROUNDS - 1);
        if (!collect()) return;
        nanosleep(&(struct timespec){.tv_nsec = ROUND_NANOSECONDS}, NULL);
    }
}

/* Orders are two bytes: 's' and the number of a signal for the command. The end of orders is the end of everything. */
static void obey(int control) {
    unsigned char order[2];
    ssize_t length;
    while ((length = read(control, order, sizeof order)) == sizeof order)
        if (order[0] == 's' && root) kill(root, order[1]);
    if (length != 0) return;
    end_all();
    _exit(0);
}

static void report_signals(int signals) {
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == sizeof info)
        if (info.ssi_signo != SIGCHLD)
            report((struct record){.kind = SIGNALLED, .pid = info.ssi_pid, .first = info.ssi_signo});
}

static void supervise(int signals, int control, int told) {
    struct pollfd waited[] = {{signals, POLLIN, 0}, {control, POLLIN, 0}, {told, POLLIN, 0}};
    for (;;) {
        poll(waited, 3, 1000);
        if (waited[2].revents) {
            long error;
            if (read(told, &error, sizeof error) == sizeof error)
                report((struct record){.kind = REFUSED, .first = error});
            else
                report((struct record){.kind = EXECUTED});
            waited[2] = (struct pollfd){-1, 0, 0};
        }
        report_signals(signals);
        if (!collect()) return;
        obey(control);
    }
}

int main(int count, char **arguments) {
    sigset_t all;
    int go[2], told[2];
    long floor = -1;
    char first[2], itself[16] = "";
    if (count <= COMMAND) return 2;
    if (readlink("/proc/self", itself, sizeof itself - 1) > 0) sees_itself = atoi(itself) == getpid();
    int control = atoi(arguments[CONTROL]);
    report_to = atoi(arguments[REPORT]);
    fcntl(control, F_SETFD, FD_CLOEXEC);
    fcntl(report_to, F_SETFD, FD_CLOEXEC);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask_before);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, &child_before);
    int adopts = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
    int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0 || pipe2(go, O_CLOEXEC) || pipe2(told, O_CLOEXEC) || (root = fork()) < 0) {
        report((struct record){.kind = REFUSED, .first = errno});
        return 0;
    }
    if (root == 0) {
        close(go[1]);
        become_command(go[0], told[1], arguments);
    }
    close(told[1]);
    close(go[0]);
    if (read(told[0], &floor, sizeof floor) != sizeof floor) floor = -1;
    report((struct record){.kind = STARTED, .pid = root, .first = floor, .second = adopts});
    ssize_t length = read(control, first, sizeof first); /* the first order lets the command go */
    fcntl(control, F_SETFL, O_NONBLOCK);
    if (length == sizeof first && write(go[1], "g", 1) == 1) {
        close(go[1]);
        supervise(signals, control, told[0]);
    } else {
        end_all();
    }
    return 0;
}
