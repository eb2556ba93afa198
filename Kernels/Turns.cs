namespace NativeSsl.Kernels;

// One thread at a time speaks to the device.
public sealed partial class GpuBackend
{
    readonly Lock _turn = new();
    string? _gone;

    /// <summary>Waits until everything asked for so far is done.</summary>
    /// <exception cref="DeviceException">Something failed since the last time.</exception>
    public void Synchronize() => InTurn(Wait);

    /// <summary>One thread at a time speaks to the device: OpenCL's kernel objects are shared,
    /// and CUDA wants its context bound to the thread.</summary>
    Lock.Scope Turn()
    {
        Lock.Scope turn = _turn.EnterScope();
        if (_gone is null) { _gpu.Bind(); return turn; }
        turn.Dispose();
        throw new DeviceException($"{Name} {_gone}; its tensors can no longer be used. " +
            "Open the device again and load them from a checkpoint.");
    }

    /// <summary>Something for the device to do, by whoever knows how.</summary>
    internal void InTurn(Action work)
    {
        using Lock.Scope turn = Turn();
        try { work(); }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
    }

    /// <summary>Frees something, once the device is done with it.</summary>
    internal void Free(Action part)
    {
        lock (_turn)
        {
            if (_gone is not null) return;                  // it went with the device
            _gpu.Bind();
            Wait();
            part();
        }
    }

    /// <summary>What a driver reports may be the late news of an earlier kernel;
    /// after that, CUDA takes no more orders in this process.</summary>
    DeviceException Failed(Exception failure)
    {
        if (_gpu.AcceleratorType == AcceleratorType.Cuda && failure is AcceleratorException) _gone = $"failed earlier ({failure.Message})";
        return new DeviceException($"{Name}: {failure.Message} Resume from the last checkpoint in a new process; " +
            "if it happens again, update the driver.", failure);
    }
}
