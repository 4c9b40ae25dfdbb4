package io.heddle.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/**
 * A Markdown file of the project.
 *
 * @param path as seen from the folder of the project, such as {@code docs/cli.md}
 * @param content what it says
 */
record Page(Path path, Node content) {
  static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());

  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();

  /** All pages, the one that the site begins with first. */
  static List<Page> of(Path root) throws IOException {
    List<Path> files = new ArrayList<>(List.of(Path.of("README.md")));
    try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md"))
          .map(root::relativize)
          .sorted()
          .forEach(files::add);
    }
    files.add(Path.of("CONTRIBUTING.md"));
    files.add(Path.of("CHANGELOG.md"));
    List<Page> pages = new ArrayList<>();
    for (Path file : files) {
      pages.add(new Page(file, PARSER.parse(Files.readString(root.resolve(file)))));
    }
    return pages;
  }

  /** The first heading. */
  String title() {
    for (Node node = content.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading) {
        return text(node);
      }
    }
    return path.toString();
  }

  /** What headings are called in links. */
  Set<String> anchors() {
    IdGenerator ids = IdGenerator.builder().build();
    Set<String> anchors = new LinkedHashSet<>();
    content.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            anchors.add(ids.generateId(text(heading)));
          }
        });
    return anchors;
  }

  /** Where its links lead and its pictures are, as they are written. */
  List<String> links() {
    List<String> links = new ArrayList<>();
    content.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Link link) {
            links.add(link.getDestination());
            visitChildren(link);
          }

          @Override
          public void visit(Image image) {
            links.add(image.getDestination());
          }
        });
    return links;
  }

  static String text(Node node) {
    StringBuilder text = new StringBuilder();
    node.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text part) {
            text.append(part.getLiteral());
          }

          @Override
          public void visit(Code part) {
            text.append(part.getLiteral());
          }
        });
    return text.toString();
  }
}
