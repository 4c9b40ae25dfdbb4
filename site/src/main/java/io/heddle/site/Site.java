package io.heddle.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Writes the pages as HTML that needs no network: one file for each page, the files that they link
 * to, and nothing else.
 */
public final class Site {
  private final Path root;
  private final Path output;
  private final List<Page> pages;

  private Site(Path root, Path output) throws IOException {
    this.root = root;
    this.output = output;
    this.pages = Page.of(root);
  }

  /**
   * Writes the site.
   *
   * @param arguments folder of the project, folder to write to
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    Path output = Path.of(arguments[1]).normalize();
    new Site(Path.of(arguments[0]).normalize(), output).write();
  }

  private void write() throws IOException {
    String frame = resource("frame.html");
    for (Page page : pages) {
      Path file = output.resolve(html(page.path()));
      Files.createDirectories(file.getParent());
      Files.writeString(
          file,
          frame
              .replace("{title}", escaped(page.title()))
              .replace("{style}", resource("site.css"))
              .replace("{pages}", navigation(page))
              .replace("{content}", content(page)));
      for (String link : page.links()) {
        copy(Target.of(page, link));
      }
    }
  }

  private String content(Page page) {
    return HtmlRenderer.builder()
        .extensions(Page.EXTENSIONS)
        .extensions(List.of(HeadingAnchorExtension.create()))
        .attributeProviderFactory(
            context -> (node, tag, attributes) -> redirect(page, node, attributes))
        .build()
        .render(page.content());
  }

  /** Links to pages lead to their HTML; folders have none. */
  private void redirect(Page page, Node node, Map<String, String> attributes) {
    if (!(node instanceof Link link)) {
      return;
    }
    Optional<Target> target = Target.of(page, link.getDestination());
    if (target.isEmpty()) {
      return;
    }
    if (Files.isDirectory(root.resolve(target.get().path()))) {
      attributes.remove("href");
    } else if (isPage(target.get().path())) {
      String anchor = target.get().anchor();
      attributes.put(
          "href",
          relative(page, html(target.get().path())) + (anchor.isEmpty() ? "" : "#" + anchor));
    }
  }

  private boolean isPage(Path path) {
    return pages.stream().anyMatch(page -> page.path().equals(path));
  }

  private void copy(Optional<Target> target) throws IOException {
    if (target.isEmpty() || isPage(target.get().path())) {
      return;
    }
    Path from = root.resolve(target.get().path());
    if (Files.isRegularFile(from)) {
      Path to = output.resolve(target.get().path());
      Files.createDirectories(to.getParent());
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private String navigation(Page current) {
    StringBuilder list = new StringBuilder();
    for (Page page : pages) {
      list.append(
          "<li%s><a href=\"%s\">%s</a></li>\n"
              .formatted(
                  page.equals(current) ? " class=\"current\"" : "",
                  relative(current, html(page.path())),
                  escaped(page.title())));
    }
    return list.toString();
  }

  private static String relative(Page from, Path to) {
    Path folder = Objects.requireNonNullElse(html(from.path()).getParent(), Path.of(""));
    return folder.relativize(to).toString().replace('\\', '/');
  }

  private static Path html(Path page) {
    String name = page.toString();
    return name.equals("README.md")
        ? Path.of("index.html")
        : Path.of(name.substring(0, name.length() - ".md".length()) + ".html");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(Site.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
