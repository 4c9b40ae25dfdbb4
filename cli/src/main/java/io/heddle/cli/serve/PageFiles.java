package io.heddle.cli.serve;

import io.heddle.cli.html.Html;
import io.heddle.cli.html.PageFrame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The page and its scripts: a few texts that are known by name, and no files. */
final class PageFiles extends Handler.Abstract {
  private static final List<String> SCRIPTS =
      List.of(
          "charts.js",
          "page.js",
          "report.js",
          "editor.js",
          "editing.js",
          "questions.js",
          "serve.js");

  private final Map<String, Content> contents = new LinkedHashMap<>();

  private record Content(String type, ByteBuffer bytes) {
    static Content of(String type, String text) {
      return new Content(
          type + "; charset=utf-8",
          ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer());
    }
  }

  /**
   * @param version of this Heddle
   */
  PageFiles(String version) {
    contents.put("", Content.of("text/html", page(version)));
    contents.put("page.css", Content.of("text/css", PageFrame.style() + own("serve.css")));
    contents.put("charts.js", script(PageFrame.charts()));
    contents.put("page.js", script(PageFrame.drawing()));
    contents.put("report.js", script(PageFrame.report()));
    contents.put("editor.js", script(own("editor.js")));
    contents.put("editing.js", script(own("editing.js")));
    contents.put("questions.js", script(own("questions.js")));
    contents.put("serve.js", script(own("serve.js")));
    contents.put("licences.txt", Content.of("text/plain", own("editor.licences.txt")));
  }

  private static Content script(String text) {
    return Content.of("text/javascript", text);
  }

  private static String own(String name) {
    return PageFrame.resource(PageFiles.class, name);
  }

  private static String page(String version) {
    Html html = new Html();
    html.raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
    html.open("meta", "charset", "utf-8")
        .open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .open("meta", "name", "generator", "content", "heddle " + version)
        .element("title", "Heddle")
        .open("link", "rel", "stylesheet", "href", "page.css")
        .open("link", "rel", "icon", "href", "data:,")
        .close("head");
    html.open("body", "class", "serve").raw(own("serve.html"));
    html.open("script", "type", "application/json", "id", "data").raw("{}").close("script");
    SCRIPTS.forEach(name -> html.open("script", "src", name).close("script"));
    return html.close("body").close("html").toString();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Content content = contents.get(RequestGuard.wanted(request));
    // One request for each connection: what is idle would otherwise be told from what is slow.
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    if (content == null) {
      response.setStatus(HttpStatus.NOT_FOUND_404);
      callback.succeeded();
      return true;
    }
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, content.type());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.bytes().remaining());
    response.write(true, content.bytes().duplicate(), callback);
    return true;
  }
}
