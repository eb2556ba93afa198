namespace NativeSsl;

/// <summary>The parameters of encoder and classifier, each part with its learning rate.</summary>
static class TuningGroups
{
    internal static Parameters Of(ImageEncoder encoder, Linear head, FineTuningOptions options)
    {
        List<ParameterGroup> groups = [];
        for (int i = 0; i < encoder.Parts.Count; i++)
        {
            Part part = encoder.Parts[i];
            IEnumerable<(string Name, Tensor Tensor)> tensors = part.Module?.NamedParameters()
                .Select(entry => ($"{part.Name}.{entry.Name}", entry.Tensor))
                ?? (part.Tensor is { RequiresGradient: true } tensor ? [(part.Name, tensor)] : []);
            Add(groups, part.Name, tensors, options.WeightDecay,
                options.EncoderRate * Math.Pow(options.LayerDecay, encoder.Parts.Count - 1 - i));
        }
        if (options.EncoderRate > 0 && groups.Sum(group => group.Tensors.Count) == 0)
            throw new NativeSslException("FineTuning: no parameter of the encoder asks for its gradient. Build it with new " +
                "Init(backend, seed, trained: true).");
        Add(groups, "head", head.NamedParameters(), options.WeightDecay, 1);
        return new Parameters(groups);
    }

    static void Add(List<ParameterGroup> groups, string name, IEnumerable<(string Name, Tensor Tensor)> tensors, float weightDecay,
        double rate)
    {
        foreach (ParameterGroup group in ParameterGroup.Usual(tensors, weightDecay))
            groups.Add(group with { Name = $"{name}.{group.Name}", LearningRateScale = (float)rate });
    }
}
