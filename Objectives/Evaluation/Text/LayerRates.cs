namespace NativeSsl;

/// <summary>How fast each part of a classifier of texts learns: the last layer of the pretrained network at full rate, each one before it slower by a factor.</summary>
static class LayerRates
{
    /// <summary>Every part with its factor on the learning rate.</summary>
    // Parts named blocks.0, blocks.1, … are layers; tables and norms in front of them are one layer more, those behind belong to the last.
    internal static List<(Part Part, double Rate)> Of(SequenceClassifier classifier, TextFineTuningOptions options)
    {
        if (!classifier.Body.NamedParameters().Any())
            throw new NativeSslException("TextFineTuning: no parameter of the pretrained network asks for its gradient. " +
                "Build it with new Init(backend, seed, trained: true).");
        IReadOnlyList<Part> parts = classifier.Body.Parts;
        int last = parts.Count(IsLayer), layer = 0;
        List<(Part, double)> rates = [];
        foreach (Part part in parts)
        {
            if (IsLayer(part)) layer++;
            rates.Add((part, Math.Pow(options.LayerDecay, last - layer)));
        }
        foreach (Part part in classifier.Parts) if (part.Module != classifier.Body) rates.Add((part, options.HeadRate));
        return rates;
    }

    static bool IsLayer(Part part) => part.Module is not null && part.Name.LastIndexOf('.') is > 0 and int dot
        && !part.Name.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');
}
