namespace NativeSsl;

/// <summary>
/// Numbers on their way from a device to the host: asked for in turn with other work, and waited for without waiting for work that was asked for later. So the device
/// is never idle because somebody wants to know how it went.
/// </summary>
public interface IReading : IDisposable
{
    /// <summary>Asks for the elements as they are when all that was asked for before is done; what was asked for last time is forgotten.</summary>
    void Ask(Tensor x);

    /// <summary>Waits for them.</summary>
    float[] Numbers();
}

public partial interface IBackend
{
    /// <summary>Room for so many Float32 elements on their way.</summary>
    IReading NewReading(int count);
}

public sealed partial class CpuBackend
{
    // What the CPU is asked for is done when the call returns.
    IReading IBackend.NewReading(int count) => new Done();

    sealed class Done : IReading
    {
        float[] _numbers = [];

        public void Ask(Tensor x) => _numbers = x.ToArray();
        public float[] Numbers() => _numbers;
        public void Dispose() => _numbers = [];
    }
}
