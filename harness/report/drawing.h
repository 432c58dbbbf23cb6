/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drawings of a world (oracle_world()): its moment trees and its backing
 * chains, laid out by Graphviz's dot, as SVG to stand inside a page.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** The graph of a world in dot's language: each domain's moments, and the images behind its disks;
 *  NULL for a world with nothing to draw.  The caller frees it. */
char *drawing_graph(const json_t *world);

/** Graphs on their way to drawings; equal graphs are drawn once. */
typedef struct DrawingBook DrawingBook;

/** An empty book.  The caller frees it. */
DrawingBook *drawing_book_new(void);

/** Free a book; NULL is fine. */
void drawing_book_free(DrawingBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrawingBook, drawing_book_free)

/** Ask for the drawing of a graph. */
void drawing_book_add(DrawingBook *book, const char *graph);

/** Draw all that was asked for, by one run of dot.  FALSE, and the error says why, where dot is not
 *  installed or fails; the book then gives none. */
gboolean drawing_book_draw(DrawingBook *book, GError **error);

/** The <svg> of a graph, borrowed from the book; NULL where it was not drawn. */
const char *drawing_book_svg(const DrawingBook *book, const char *graph);
