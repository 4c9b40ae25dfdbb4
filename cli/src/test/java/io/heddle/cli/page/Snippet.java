package io.heddle.cli.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of a page of the documentation.
 *
 * @param page as seen from the folder of the project, such as {@code docs/cli.md}
 * @param line of its fence, from 1
 * @param language behind the fence
 * @param argument what else stands behind the fence, such as the name of a file
 * @param begin where what is in it begins in the page
 * @param content what is in it
 */
record Snippet(String page, int line, String language, String argument, int begin, String content) {
  static final Path ROOT = Path.of("..");

  /** Its blocks of {@code tfm} are parts of files, which another test completes. */
  static final String LANGUAGE = "docs/language.md";

  private static final Pattern FENCED =
      Pattern.compile(
          "^( *)```(\\w*) ?([^\\n]*)\\n(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern FENCE = Pattern.compile("^ *```", Pattern.MULTILINE);

  /** To the end of a line that goes on nowhere: behind a backslash it goes on. */
  private static final Pattern COMMAND = Pattern.compile("(?:[^\\n]*\\\\\\n)*[^\\n]*\\n");

  /** All pages. */
  static List<String> pages() {
    List<String> pages = new ArrayList<>(List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md"));
    pages.add("editor/vscode/README.md");
    pages.add("measurements/README.md");
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.map(file -> "docs/" + file.getFileName())
          .filter(name -> name.endsWith(".md"))
          .sorted()
          .forEach(pages::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pages;
  }

  static String text(String page) {
    try {
      return Files.readString(ROOT.resolve(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All snippets of a page, in order. */
  static List<Snippet> of(String page) {
    String text = text(page);
    List<Snippet> snippets = new ArrayList<>();
    Matcher block = FENCED.matcher(text);
    while (block.find()) {
      int line = 1 + (int) text.substring(0, block.start()).lines().count();
      snippets.add(
          new Snippet(page, line, block.group(2), block.group(3), block.start(4), block.group(4)));
    }
    if (2L * snippets.size() != FENCE.matcher(text).results().count()) {
      throw new IllegalStateException(page + ": a fence is not closed");
    }
    return snippets;
  }

  /** By which the list of what is not tried names it: page and first line. */
  String name() {
    return page + " | " + content.lines().findFirst().orElse("").strip();
  }

  /** Whether it has commands with what they print. */
  boolean isConsole() {
    return language.equals("console");
  }

  /** Whether it has commands. */
  boolean isShell() {
    return isConsole() || language.equals("sh");
  }

  /** Whether it is a file, or the end of one, whose name it gives. */
  boolean isFile() {
    return !argument.isEmpty() && !page.equals(LANGUAGE);
  }

  /** The commands of a snippet of a shell: of a console those behind a {@code $}. */
  List<String> commands() {
    return isConsole() ? parts().stream().map(Part::command).toList() : List.of(content);
  }

  /**
   * A command of a console.
   *
   * @param command without the sign before it, with its end of line
   * @param shown what stands below it
   */
  record Part(String command, String shown) {
    /** As it stands on the page. */
    String text() {
      return "$ " + command + shown;
    }
  }

  /** The commands of a console, each with what is shown of its output. */
  List<Part> parts() {
    if (!content.startsWith("$ ")) {
      throw new IllegalStateException(this + ": does not begin with a command");
    }
    List<Part> parts = new ArrayList<>();
    for (String part : content.substring(2).split("(?m)^\\$ ", -1)) {
      Matcher command = COMMAND.matcher(part);
      if (!command.lookingAt()) {
        throw new IllegalStateException(this + ": a command is not ended");
      }
      parts.add(new Part(command.group(), part.substring(command.end())));
    }
    return parts;
  }

  @Override
  public String toString() {
    return page + ":" + line + " " + (language + " " + argument).strip();
  }
}
