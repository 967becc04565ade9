/* Runs a command and prints the most memory it held, in KiB. A program this small adds nothing of its own to
 * that. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: bench_peak COMMAND [ARGUMENT...]\n");
        return 2;
    }
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(127);
        (void)execv(argv[1], argv + 1);
        _exit(127);
    }
    int status = 0;
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
        return 1;
    (void)printf("%ld\n", usage.ru_maxrss);
    return 0;
}
