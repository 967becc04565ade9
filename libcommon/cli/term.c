#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "m2/cli.h"
#include "m2/str.h"

#define DEFAULT_WIDTH 80
#define NARROWEST 20
#define WIDEST 10000

static int ask_width(int fd)
{
    struct winsize size = { 0 };
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int find_width(const struct m2_sys *sys)
{
    int width = ask_width(STDOUT_FILENO);
    if (width <= 0)
        width = ask_width(STDERR_FILENO);
    uint64_t columns = 0;
    const char *text = m2_env(sys, "COLUMNS");
    if (width <= 0 && text && m2_parse_u64(&columns, text, 1, WIDEST, "COLUMNS", NULL) == 0)
        width = (int)columns;
    if (width <= 0)
        return DEFAULT_WIDTH;
    return width < NARROWEST ? NARROWEST : width;
}

static bool find_unicode(const struct m2_sys *sys)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *locale = m2_env(sys, names[i]);
        if (locale) /* the first that is set decides */
            return m2_str_has_ci(locale, "UTF-8") || m2_str_has_ci(locale, "UTF8");
    }
    return false;
}

static bool find_color(const struct m2_sys *sys, const char *color, bool tty)
{
    if (m2_str_eq(color, "always") || m2_str_eq(color, "never"))
        return m2_str_eq(color, "always");
    const char *term = m2_env(sys, "TERM");
    return tty && !m2_env(sys, "NO_COLOR") && term && !m2_str_eq(term, "dumb");
}

void m2_term_detect(struct m2_term *t, const struct m2_sys *sys, const char *color)
{
    const bool out_tty = isatty(STDOUT_FILENO) == 1;
    *t = (struct m2_term){
        .out_tty = out_tty,
        .err_tty = isatty(STDERR_FILENO) == 1,
        .color = find_color(sys, color, out_tty),
        .unicode = find_unicode(sys),
        .width = find_width(sys),
    };
}
