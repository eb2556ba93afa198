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
