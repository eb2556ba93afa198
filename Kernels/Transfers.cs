namespace NativeSsl.Kernels;

// From the host to the device, back, and from place to place on it.
public sealed partial class GpuBackend
{
    readonly GpuStaging _staging;

    internal void CopyFrom<T>(ReadOnlySpan<T> host, GpuStorage storage) where T : unmanaged
    {
        using Lock.Scope turn = Turn();
        try
        {
            if (host.Length == 0) return;
            ArrayView<T> to = storage.View<T>().SubView(0, host.Length);
            if (_staging.TryUpload(host, to, _stream)) return;
            to.CopyFromCPU(_stream, host);
            Wait();                                         // the host may change its array as soon as this returns
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { GC.KeepAlive(storage); }
    }

    internal void CopyTo<T>(GpuStorage storage, Span<T> host) where T : unmanaged
    {
        using Lock.Scope turn = Turn();
        try
        {
            if (storage.Length == 0) return;
            storage.View<T>().SubView(0, storage.Length).CopyToCPU(_stream, host[..checked((int)storage.Length)]);
            Wait();
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { GC.KeepAlive(storage); }
    }

    void CopyOnDevice(GpuStorage from, GpuStorage to)
    {
        using Lock.Scope turn = Turn();
        try { from.View<byte>().CopyTo(_stream, to.View<byte>()); }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { t_viewed?.Clear(); }
    }

    void Wait()
    {
        _stream.Synchronize();
        _staging.AllFetched();
    }
}
