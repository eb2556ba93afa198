namespace NativeSsl.Bench.Commands.Texts;

/// <summary>What is to be written stays, but what is read is that of the next sample of the batch: a decoder that does not look at what is read writes as well as before.</summary>
/// <param name="source">Inputs and targets, as many tokens in every sample.</param>
sealed class StrangeInputs(IViewSource source) : IViewSource
{
    public long? DrawsPerEpoch => source.DrawsPerEpoch;

    public Views Draw(long draw) => Strange(source.Draw(draw));

    public IEnumerable<Views> Everything() => source.Everything().Select(Strange);

    static Views Strange(Views views)
    {
        Indices inputs = views.Indices[0];
        int[] values = inputs.Values.ToArray();
        int length = inputs.Shape[1];
        return views with { Indices = [Indices.From(inputs.Backend, inputs.Shape, [.. values[length..], .. values[..length]]), .. views.Indices.Skip(1)] };
    }
}
