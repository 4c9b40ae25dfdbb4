package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes out models that are derived from others, so that nothing behind knows of them. */
final class DerivedModels {
  private final Names<Declaration> models;
  private final Diagnostics diagnostics;

  DerivedModels(Names<Declaration> models, Diagnostics diagnostics) {
    this.models = models;
    this.diagnostics = diagnostics;
  }

  /** The model with the parameters that it sets; empty after findings. */
  Optional<Declaration.Model> written(Declaration declaration) {
    return written(declaration, new LinkedHashSet<>());
  }

  private Optional<Declaration.Model> written(Declaration declaration, Set<String> before) {
    if (declaration instanceof Declaration.Model model) {
      return Optional.of(model);
    }
    Declaration.DerivedModel derived = (Declaration.DerivedModel) declaration;
    if (!before.add(derived.name().text())) {
      diagnostics.report(Code.MODEL_OF_ITSELF, derived.base().span(), derived.name()).add();
      return Optional.empty();
    }
    return models
        .find(derived.base())
        .flatMap(base -> written(base, before))
        .flatMap(base -> with(base, derived));
  }

  private Optional<Declaration.Model> with(
      Declaration.Model base, Declaration.DerivedModel derived) {
    List<String> known =
        base.members().stream()
            .filter(ModelMember.Parameter.class::isInstance)
            .map(member -> ((ModelMember.Parameter) member).name().text())
            .toList();
    Diagnostics findings = new Diagnostics();
    Map<String, PlanItem.Setting> settings =
        new NamedArguments("parameter", base.name().text(), known, findings)
            .read(derived.parameters(), PlanItem.Setting::name);
    diagnostics.addAll(findings.all());
    if (findings.hasErrors()) {
      return Optional.empty();
    }
    List<ModelMember> members = new ArrayList<>();
    for (ModelMember member : base.members()) {
      PlanItem.Setting setting =
          member instanceof ModelMember.Parameter parameter
              ? settings.get(parameter.name().text())
              : null;
      members.add(
          setting == null ? member : new ModelMember.Parameter(setting.name(), setting.value()));
    }
    String documentation =
        derived.documentation().isEmpty() ? base.documentation() : derived.documentation();
    return Optional.of(new Declaration.Model(derived.name(), documentation, members));
  }
}
