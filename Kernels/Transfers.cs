using System.Runtime.CompilerServices;

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
            if (Recorder is { IsNoting: true } recorder)
            {
                // When the work is done again, the host is not asked: what it says now is kept on the device.
                ArrayView<T> kept = recorder.Keep(host.Length * (long)Unsafe.SizeOf<T>()).Cast<T>();
                Upload(host, kept);
                Order(() => kept.CopyTo(_stream, to), [storage]);
            }
            else Upload(host, to);
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { GC.KeepAlive(storage); }
    }

    void Upload<T>(ReadOnlySpan<T> host, ArrayView<T> to) where T : unmanaged
    {
        if (_staging.TryUpload(host, to, _stream)) return;
        to.CopyFromCPU(_stream, host);
        Wait();                                             // the host may change its array as soon as this returns
    }

    internal void CopyTo<T>(GpuStorage storage, Span<T> host) where T : unmanaged
    {
        if (Recorder is { IsNoting: true }) throw ReadsBack();
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

    /// <inheritdoc/>
    public IReading NewReading(int count)
    {
        using Lock.Scope turn = Turn();
        try { return new GpuReading(this, _gpu, count); }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
    }

    /// <summary>Has the device copy to memory of the host that it may write to by itself, and then what is to follow in the stream.</summary>
    internal void Fetch(Tensor x, Span<float> pageLocked, Action<AcceleratorStream> then)
    {
        if (Recorder is { IsNoting: true }) throw ReadsBack();
        using Lock.Scope turn = Turn();
        try
        {
            View(x).SubView(0, pageLocked.Length).CopyToCPUUnsafeAsync(_stream, ref pageLocked[0], pageLocked.Length);
            then(_stream);
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { t_viewed?.Clear(); }
    }

    static NotReplayableException ReadsBack() => new("The host reads numbers back: what it does with them would not be done again.");

    void CopyOnDevice(GpuStorage from, GpuStorage to)
    {
        using Lock.Scope turn = Turn();
        try
        {
            (ArrayView<byte> source, ArrayView<byte> target) = (from.View<byte>(), to.View<byte>());
            Order(() => source.CopyTo(_stream, target), [from, to]);
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { t_viewed?.Clear(); }
    }

    void Wait()
    {
        _stream.Synchronize();
        _staging.AllFetched();
    }
}
