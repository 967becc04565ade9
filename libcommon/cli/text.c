#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

#include "m2/str.h"

void m2_text_pad(struct m2_buf *out, size_t spaces)
{
    for (; spaces; spaces--)
        m2_buf_addc(out, ' ');
}

void m2_text_wrap(struct m2_buf *out, const char *text, size_t column, size_t indent, size_t width)
{
    bool fresh = true; /* nothing on this line yet */
    while (*text) {
        size_t gap = strspn(text, " \n"), newlines = 0;
        for (size_t i = 0; i < gap; i++)
            newlines += text[i] == '\n';
        text += gap;
        if (!*text)
            break;
        size_t len = strcspn(text, " \n"), wide = m2_text_width(text, len);
        bool paragraph = newlines > 1 && !fresh;
        if (paragraph || (!fresh && column + 1 + wide > width)) {
            m2_buf_adds(out, paragraph ? "\n\n" : "\n");
            m2_text_pad(out, indent);
            column = indent;
            fresh = true;
        }
        if (!fresh) {
            m2_buf_addc(out, ' ');
            column++;
        }
        m2_buf_add(out, text, len);
        column += wide;
        text += len;
        fresh = false;
    }
    m2_buf_addc(out, '\n');
}
