namespace NativeSsl.Kernels;

// What kernels are given of tensors.
public sealed partial class GpuBackend
{
    internal static Floats View(Tensor tensor) =>
        Device(tensor.Storage) is { Format: Format.Float32 } storage ? storage.View<float>() : throw Refused(tensor, Format.Float32);
    internal static Float32Numbers Float32sOf(Tensor tensor) => new(View(tensor));
    internal static BFloat16Numbers BFloat16sOf(Tensor tensor) => new(Halves(tensor));
    static ArrayView<ushort> Halves(Tensor tensor) =>
        Device(tensor.Storage) is { Format: Format.BFloat16 } storage ? storage.View<ushort>() : throw Refused(tensor, Format.BFloat16);
    internal static Ints View(Indices indices) => Device(indices.Storage).View<int>();

    static UnsupportedFormatException Refused(Tensor tensor, Format taken) =>
        new($"This op takes {taken} tensors; one of shape {tensor.Shape} is {tensor.Format}. Convert it first.");

    // A view does not keep its tensor, and a block that nobody holds may be lent to another thread, whose kernel may come first. So what was viewed is held until
    // this thread's next kernel is in the stream. A view serves one launch; for the next, it is taken again.
    [ThreadStatic]
    static List<GpuStorage>? t_viewed;

    static GpuStorage Device(Storage storage)
    {
        if (storage is not GpuStorage device) throw new DeviceException("A tensor of another device was given to an op of the GPU. Move it with To(backend) first.");
        (t_viewed ??= []).Add(device);
        return device;
    }
}
