namespace NativeSsl;

/// <summary>All numbers of a step, in one piece of memory for each device, so that they are sent at once.</summary>
public sealed class StepBlock
{
    readonly (Tensor Whole, float[] Said, StepNumbers[] Numbers)[] _blocks;

    /// <param name="all">What is said of a step; their memory moves here.</param>
    public StepBlock(IEnumerable<StepNumbers> all) => _blocks = [.. all.GroupBy(numbers => numbers.Tensor.Backend).Select(ofDevice =>
    {
        Tensor whole = OnePiece.Gather([.. ofDevice.Select(numbers => numbers.Tensor)]);
        return (whole, new float[whole.Shape.Count], ofDevice.ToArray());
    })];

    /// <summary>As the devices know them.</summary>
    public IEnumerable<Tensor> Tensors => _blocks.SelectMany(block => block.Numbers).Select(numbers => numbers.Tensor);

    /// <summary>Tells each device all of them in one upload.</summary>
    public void Send()
    {
        foreach ((Tensor whole, float[] said, StepNumbers[] numbers) in _blocks)
        {
            foreach (StepNumbers some in numbers)
                if (some.Tensor.Storage.Whole == whole.Storage) some.Said.CopyTo(said.AsSpan(checked((int)some.Tensor.Storage.Start)));
                else some.Send();                           // another block has taken them since
            whole.Storage.CopyFrom(said);
        }
    }
}
