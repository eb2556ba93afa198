namespace NativeSsl;

/// <summary>The parameters of encoder and classifier, each part with its learning rate.</summary>
static class TuningGroups
{
    internal static Parameters Of(ImageEncoder encoder, Linear head, FineTuningOptions options)
    {
        List<(Part, double)> parts = [];
        for (int i = 0; i < encoder.Parts.Count; i++)
            parts.Add((encoder.Parts[i], options.EncoderRate * Math.Pow(options.LayerDecay, encoder.Parts.Count - 1 - i)));
        if (options.EncoderRate > 0 && !encoder.NamedParameters().Any())
            throw new NativeSslException("FineTuning: no parameter of the encoder asks for its gradient. Build it with new " +
                "Init(backend, seed, trained: true).");
        return Of([.. parts, (new Part("head", head), 1)], options.WeightDecay);
    }

    /// <summary>Parts, each with its factor on the learning rate; weight decay on matrices only.</summary>
    internal static Parameters Of(IReadOnlyList<(Part Part, double Rate)> parts, float weightDecay)
    {
        List<ParameterGroup> groups = [];
        foreach ((Part part, double rate) in parts)
        {
            IEnumerable<(string Name, Tensor Tensor)> tensors = part.Module?.NamedParameters()
                .Select(entry => ($"{part.Name}.{entry.Name}", entry.Tensor))
                ?? (part.Tensor is { RequiresGradient: true } tensor ? [(part.Name, tensor)] : []);
            Add(groups, part.Name, tensors, weightDecay, rate);
        }
        return new Parameters(groups);
    }

    static void Add(List<ParameterGroup> groups, string name, IEnumerable<(string Name, Tensor Tensor)> tensors, float weightDecay,
        double rate)
    {
        foreach (ParameterGroup group in ParameterGroup.Usual(tensors, weightDecay))
            groups.Add(group with { Name = $"{name}.{group.Name}", LearningRateScale = (float)rate });
    }
}
