namespace NativeSsl;

/// <summary>
/// Numbers that the host says anew for every step (learning rates, a teacher's momentum, a temperature), in a device's memory: what reads them there can be recorded once and
/// done again with the numbers of a later step, where an argument would stay what it was.
/// </summary>
/// <param name="backend">The device.</param>
/// <param name="count">How many.</param>
public sealed class StepNumbers(IBackend backend, int count)
{
    readonly float[] _said = new float[count];

    /// <summary>As the device knows them, <c>[count]</c>.</summary>
    public Tensor Tensor { get; } = Tensor.Lasting(backend, [count]);

    /// <summary>As the host says them; the device knows of it when they are sent.</summary>
    public Span<float> Said => _said;

    /// <summary>Tells the device. Nobody waits: orders given before still read what was said before. Work that is recorded must not send: it would say the same again.</summary>
    public void Send() => Tensor.Storage.CopyFrom(_said);
}

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
