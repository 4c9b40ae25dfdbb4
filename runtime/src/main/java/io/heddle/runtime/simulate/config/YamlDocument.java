package io.heddle.runtime.simulate.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * The first document of a YAML file as nodes: like AstraSim's reader, who asks for a value takes
 * its text, whatever its tag and quotes are.
 */
final class YamlDocument {
  private static final int DEEPEST = 50;

  private YamlDocument() {}

  /** The entries of the map that the first document is; of equal keys the first counts. */
  static List<NodeTuple> map(Path file, byte[] yaml, String content) throws InputException {
    try {
      String text = text(file, yaml);
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(true).build();
      checkDepth(file, settings, text);
      for (Node root : new Compose(settings).composeAllFromString(text)) {
        if (root instanceof MappingNode map) {
          return map.getValue();
        }
        break;
      }
    } catch (MarkedYamlEngineException e) {
      String where =
          e.getProblemMark()
              .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("somewhere");
      throw new InputException(file, where + ": not YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new InputException(file, "not YAML: " + e.getMessage(), e);
    }
    throw new InputException(file, "must be a map " + content);
  }

  /** The text of a scalar; other nodes have none. */
  static String scalar(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "(a list or map)";
  }

  private static String text(Path file, byte[] yaml) throws InputException {
    ByteBuffer in = ByteBuffer.wrap(yaml);
    CharBuffer out = CharBuffer.allocate(yaml.length);
    CoderResult result = UTF_8.newDecoder().decode(in, out, true);
    if (result.isError()) {
      throw new InputException(file, "byte " + in.position() + ": not UTF-8");
    }
    return out.flip().toString();
  }

  /** Nodes are made by recursion, events are not. */
  private static void checkDepth(Path file, LoadSettings settings, String text)
      throws InputException {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        throw new InputException(file, "lists and maps in each other, deeper than " + DEEPEST);
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
      if (event instanceof DocumentEndEvent) {
        return;
      }
    }
  }
}
